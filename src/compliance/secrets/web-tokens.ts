import { hasJoseHeader } from './checksums.ts'
import type { SecretSighting } from './rule.ts'

const compactJws =
  /ey[A-Z][\w-]{10,4000}\.(?:ey[A-Za-z][\w/\\-]{6,20000}\.[\w/\\-]{0,4000}|[\w-]{0,2000}\.[\w-]{10,100}\.[\w-]{10,20000}\.[\w-]{10,100})={0,2}/y
const wrappedJws = /ZXlK[A-Za-z0-9+/]{60,20000}={0,2}/y
const userInfo = /[^\s/?#"'<>\\`]{1,300}@/y
const databases =
  /(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|valkeys?|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|cassandra|neo4j|bolt|nats|kafka|ldaps?|smtps?|imaps?|jdbc|couchdb|influxdb|snowflake|redshift|cloudinary)[\w+:.-]{0,20}$/i
const plainPasswords =
  /^(?:pass(?:word|wd|phrase)?|pwd|secret|token|x|\*+|api[-_]?key|pw|key|x-oauth-basic|x-token-auth)$/i
const templates = /[${}<>[\]%]{2}|^[$%{[<]|^:|redacted|example$|your[-_]?|xxxx|\*\*\*|\.\.\./i

/** Finds the JSON web token that begins at `at`, signed or encrypted (RFC 7515 §7.1, RFC 7516 §7.1). */
export function findJsonWebToken(text: string, at: number): SecretSighting | undefined {
  for (const pattern of [compactJws, wrappedJws]) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) continue
    const score = pattern === wrappedJws || hasJoseHeader(match[0]) ? 0.95 : 0.6
    return {
      label: 'access-token',
      rule: 'json-web-token',
      start: at,
      end: at + match[0].length,
      score,
    }
  }
  return undefined
}

/** Finds the password in the address whose `://` ends at `at` (RFC 3986 §3.2.1). */
export function findUrlPassword(text: string, at: number): SecretSighting | undefined {
  userInfo.lastIndex = at
  const found = userInfo.exec(text)?.[0]
  const colon = found?.indexOf(':') ?? -1
  if (found === undefined || colon < 0) return undefined
  const user = found.slice(0, colon)
  const password = found.slice(colon + 1, -1)
  if (password.length < 3 || plainPasswords.test(password) || templates.test(password))
    return undefined
  const isDatabase = databases.test(text.slice(Math.max(0, at - 30), at - 3))
  return {
    label: isDatabase ? 'connection-string' : 'password',
    rule: isDatabase ? 'connection-string' : 'url-password',
    start: at + colon + 1,
    end: at + found.length - 1,
    // `guest:guest` and the like stand in every manual.
    score: user === password ? 0.4 : 0.85,
  }
}
