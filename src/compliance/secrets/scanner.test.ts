import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createSecretScanner, tokenRules } from './index.ts'
import { randomOf } from './testing/shapes.ts'

const scanner = createSecretScanner(tokenRules)
const random = randomOf('[A-Za-z0-9]{32}', 3)
const hex = randomOf('[0-9a-f]{32}', 4)
const uuid = randomOf('[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}', 5)
const base64 = randomOf('[A-Za-z0-9+/]{64}', 6)

/** What is found for sure in a text. */
function found(text: string): string[] {
  return scanner
    .scan(text)
    .filter(({ score }) => score >= 0.5)
    .map(({ start, end }) => text.slice(start, end))
}

describe('values that are assigned', () => {
  test.each([
    [`API_KEY=${random}`, random],
    [`export DB_PASSWORD='Tr0ub4dor&3x'`, 'Tr0ub4dor&3x'],
    [`"clientSecret": "${random}",`, random],
    [`auth_token: ${hex}`, hex],
    [`<add key="ServiceToken" value="${random}" />`, random],
    [`<accessToken>\n  ${random}\n</accessToken>`, random],
    [`setenv("REGISTRY_TOKEN", "${random}")`, random],
    [`{\\"password\\":\\"gr33n-Kettle!\\"}`, 'gr33n-Kettle!'],
    [`https://api.example.org/v1?access_token=${random}&page=2`, random],
    [`my password is gr33n-Kettle!, please log in`, 'gr33n-Kettle!'],
    [`mein Passwort lautet: gr33nKettle77.`, 'gr33nKettle77'],
    [`contraseña: Luna2024azul`, 'Luna2024azul'],
    [`the API key: ${random}.`, random],
    [`deploy --token ${random} --force`, random],
    [`-H 'Authorization: Bearer ${random}'`, random],
    [`curl -H "X-Api-Key: ${uuid}" https://example.org`, uuid],
    [`HEROKU_API_KEY=${uuid}`, uuid],
    [`private string sessionSecret = @"${random}";`, random],
    [`Server=db1;User Id=app;Password=Wint3rMoon;Encrypt=true`, 'Wint3rMoon'],
    [`| password | gr33n-Kettle! |`, 'gr33n-Kettle!'],
  ])('%s', (text, value) => {
    expect(found(text)).toEqual([value])
  })
})

describe('values that are none', () => {
  test.each([
    ['password: string'],
    ['const password = await readPassword()'],
    ['if (token !== previous) return'],
    ['API_KEY=your-api-key-here'],
    ['token = "${GITHUB_TOKEN}"'],
    ['secret: {{ vault.secret }}'],
    ['password=changeme'],
    ['"password": "Passwort vergessen?"'],
    ['max_tokens: 4096, temperature: 0.7'],
    ['The key: consistency. The secret is patience.'],
    ['<input type="password" name="password" placeholder="Password">'],
    [`request_id: ${uuid}`],
    [`"kms_key_id": "${uuid}"`],
    [`integrity: sha512-${base64}`],
    [`commit: ${hex}${hex.slice(0, 8)}`],
    [`csrf_token = "${random}"`],
    [`next_page_token: ${random}`],
    ['apiKey: process.env.API_KEY'],
    ['auth: authMiddleware.requireLogin'],
    ['He forgot his password and the token of the garage.'],
    ['token_file=/run/secrets/token'],
    ['SECRET_KEY=xxxxxxxxxxxxxxxxxxxxxxxx'],
    ['key = abcdefghijklmnopqrstuvwxyz'],
  ])('%s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('keys, tokens and addresses with a form of their own', () => {
  const lines = [base64, base64, base64].join('\n')
  test.each([
    'RSA PRIVATE KEY',
    'PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
    'EC PRIVATE KEY',
  ])('the whole of a %s, with real and with escaped line ends', (name) => {
    const key = `-----BEGIN ${name}-----\n${lines}\n-----END ${name}-----`
    expect(found(`see ${key} there`)).toEqual([key])
    const escaped = key.replaceAll('\n', '\\n')
    expect(found(`{"key":"${escaped}"}`)).toEqual([escaped])
  })

  test('a key whose end was cut off', () => {
    const cut = `-----BEGIN PRIVATE KEY-----\n${lines}`
    expect(found(cut)).toEqual([cut])
  })

  test('a first line alone, and public keys, are no secrets', () => {
    expect(
      found(`text.includes('-----BEGIN PRIVATE KEY-----') || ${'other.code() && '.repeat(20)}`),
    ).toEqual([])
    expect(found(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----`)).toEqual([])
  })

  test('a PuTTY key with its code of authentication', () => {
    const key = `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${base64}\nPrivate-MAC: ${hex}${hex}`
    expect(found(`${key}\n`)).toEqual([key])
  })

  test('a JSON web token is surer when its header names an algorithm', () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ana', admin: true })}.${random}`
    expect(scanner.scan(`Cookie: session=${jwt}`)).toMatchObject([
      { rule: 'json-web-token', score: 0.95 },
    ])
    const other = `${part({ kid: 'some key', typ: 'JWT' })}.${part({ sub: 'ana' })}.${random}`
    expect(scanner.scan(other)).toMatchObject([{ score: 0.6 }])
  })

  test.each([
    ['postgres://app:s3cr-3t@db.internal:5432/app', 's3cr-3t', 'connection-string'],
    ['mongodb+srv://reader:Fjord55@cluster0.example.net/test', 'Fjord55', 'connection-string'],
    ['https://ana:Fjord55@git.example.org/repo.git', 'Fjord55', 'password'],
  ])('the password in %s', (text, password, label) => {
    expect(found(text)).toEqual([password])
    expect(scanner.scan(text)[0]?.label).toBe(label as 'password')
  })

  test.each([
    'https://user:password@example.org',
    'postgres://${USER}:${PASSWORD}@db/app',
    'https://example.org:8080/a@b',
    'ssh://git@example.org:22/repo',
  ])('no password in %s', (text) => {
    expect(found(text)).toEqual([])
  })

  test('the password of a command line', () => {
    expect(found(`curl -s -u 'ana:Fjord55' https://example.org`)).toEqual(['Fjord55'])
    expect(found(`curl -u "$USER:$PASSWORD" https://example.org`)).toEqual([])
    expect(found('docker run -u 1000:1000 image')).toEqual([])
  })

  test('the values of a Kubernetes secret, and of no other resource', () => {
    const yaml = (kind: string): string =>
      `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: db\ndata:\n  user: YWRtaW5pc3RyYXRvcg==\n  note: "RmpvcmQ1NQ=="\n`
    expect(found(yaml('Secret'))).toEqual(['YWRtaW5pc3RyYXRvcg==', 'RmpvcmQ1NQ=='])
    expect(found(yaml('ConfigMap'))).toEqual([])
  })

  test('a key that everybody may read in documentation is no finding', () => {
    const azurite = [
      'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsu',
      'Fq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
    ].join('')
    expect(found(`UseDevelopmentStorage;${azurite};`)).toEqual([])
  })
})

test('sightings are in order and never overlap', () => {
  const piece = fc.constantFrom(
    'password=',
    'token: ',
    random,
    'https://a:b1c2@',
    ' ',
    '\n',
    '"',
    'sk-',
    'key',
    hex,
    '-----BEGIN PRIVATE KEY-----',
    'x',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      let end = 0
      for (const sighting of scanner.scan(text)) {
        expect(sighting.start).toBeGreaterThanOrEqual(end)
        expect(sighting.end).toBeGreaterThan(sighting.start)
        end = sighting.end
      }
      expect(end).toBeLessThanOrEqual(text.length)
    }),
  )
})
