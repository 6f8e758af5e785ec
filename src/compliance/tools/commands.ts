import type { Judgement } from './name-tier.ts'

/**
 * What SQL and shell commands in arguments do. Every pattern is a chain of words and spaces without nested
 * repetition: matching takes time linear in the text, and texts are bounded.
 */

interface Sign {
  readonly pattern: RegExp
  readonly judgement: Judgement
  /** One of these is in every text that matches, in lower case; empty for signs that are looked for always. */
  readonly needs: readonly string[]
}

function t3(pattern: RegExp, what: string, ...needs: readonly string[]): Sign {
  return { pattern, judgement: { tier: 'T3', why: `its arguments ${what}` }, needs }
}

function t2(pattern: RegExp, what: string): Sign {
  return { pattern, judgement: { tier: 'T2', why: `its arguments ${what}` }, needs: [] }
}

/** What may stand before a statement: nothing, another one, or `WITH … AS (`. Longer gaps are none. */
const opening = /(?:^|[;(\n]|\b(?:begin|as|then|explain analyze))\s{0,20}$/i
const maxOpeningLength = 40

/** The verbs are looked for first, and then what stands before them: the other way round takes twenty times as long. */
function statement(words: string): RegExp {
  return new RegExp(String.raw`\b` + words, 'gi')
}

/** Tells whether a pattern matches; words of statements count only where a statement can begin. */
function isIn(text: string, pattern: RegExp): boolean {
  if (!pattern.global) return pattern.test(text)
  for (const { index } of text.matchAll(pattern)) {
    if (opening.test(text.slice(Math.max(0, index - maxOpeningLength), index))) return true
  }
  return false
}

const sqlSigns: readonly Sign[] = [
  t3(
    statement(
      String.raw`drop\s{1,20}(?:table|database|schema|view|index|user|role|column|sequence|function|procedure|trigger|materialized|tablespace|keyspace|collection|type|owned)\b`,
    ),
    'drop something from a database',
    'drop',
  ),
  t3(statement(String.raw`truncate\s{1,20}(?:table\s{1,20})?\S`), 'empty a table', 'truncate'),
  t3(
    statement(String.raw`delete\s{1,20}(?:top\s{0,5}\(\d+\)\s{1,5})?from\b`),
    'delete rows from a database',
    'delete',
  ),
  t3(/\balter\s{1,20}table\b[^;]{1,500}\bdrop\b/i, 'drop something from a table', 'alter'),
  t3(
    /\b(?:into\s{1,20}(?:out|dump)file|to\s{1,20}program|xp_cmdshell)\b/i,
    'leave the database',
    'file',
    'program',
    'xp_',
  ),
  t2(
    statement(
      String.raw`(?:insert\s{1,20}into|insert\s{1,20}overwrite|replace\s{1,20}into|merge\s{1,20}into|upsert\s{1,20}into|update\s{1,20}\S{1,200}\s{1,20}set|create\s{1,20}(?:or\s{1,20}replace\s{1,20})?(?:table|database|schema|view|index|user|role|function|procedure|trigger|temp|temporary|unique|materialized)|alter\s{1,20}\w{1,30}|grant\s{1,20}\w{1,40}|revoke\s{1,20}\w{1,40}|rename\s{1,20}table|call\s{1,20}\w{1,100}\s{0,5}\(|copy\s{1,20}\S{1,200}\s{1,20}from|lock\s{1,20}tables?|set\s{1,20}(?:global|password))\b`,
    ),
    'write to a database',
  ),
]

const updating = statement(String.raw`update\s{1,20}\S{1,200}\s{1,20}set\b`)
const changesAll: Judgement = { tier: 'T3', why: 'its arguments change every row of a table' }

/** Signs that mean the same wherever they stand. */
const strongSigns: readonly Sign[] = [
  t3(
    /\brm\s{1,10}(?:-{1,2}[\w-]{1,30}\s{1,10}){0,5}-{1,2}(?:\w{0,10}[rRf]|recursive|force)/,
    'delete files',
  ),
  t3(/\bkubectl\b[^\n;|&]{0,200}\s(?:delete|drain)\b/i, 'delete from a cluster', 'kubectl'),
  t3(
    /\b(?:terraform|tofu|pulumi|cdk)\b[^\n;|&]{0,100}\sdestroy\b/i,
    'destroy infrastructure',
    'destroy',
  ),
  t3(/\bhelm\b[^\n;|&]{0,100}\s(?:uninstall|delete)\b/i, 'delete from a cluster', 'helm'),
  t3(
    /\b(?:aws|gcloud|az|doctl|heroku|gh|oc)\s[^\n;|&]{0,200}(?:\bdelete\b|\bdelete-|\bterminate-|\bdestroy\b|\bs3\s{1,5}r[mb]\b)/i,
    'delete in a cloud',
    'delete',
    'terminate-',
    'destroy',
    ' s3 ',
    ' s3	',
  ),
  t3(
    /\bgit\s[^\n;|&]{0,100}(?:\bpush\b[^\n;|&]{0,100}\s(?:--force|-f\b|--delete|--mirror)|\breset\b[^\n;|&]{0,100}--hard|\bclean\b[^\n;|&]{0,50}\s-\w{0,5}f|\bbranch\b[^\n;|&]{0,50}\s-D\b|\bfilter-branch\b)/,
    'throw commits or files away',
    'git',
  ),
  t3(/\bdocker\b[^\n;|&]{0,100}\s(?:rm|rmi|prune)\b/i, 'delete containers or images', 'docker'),
  t3(
    /\b(?:mkfs|wipefs|fdisk|shred|sgdisk)(?:\.\w{1,10})?\s/,
    'wipe a disk',
    'mkfs',
    'wipefs',
    'disk',
    'shred',
  ),
  t3(/\bdd\s[^\n;|&]{0,200}\bof=\/dev\//, 'overwrite a disk', 'of=/dev/'),
  t3(/>\s{0,5}\/dev\/(?:sd|nvme|vd|xvd|disk)/, 'overwrite a disk', '/dev/'),
  t3(/\bfind\s[^\n;]{0,300}\s-delete\b/, 'delete files', '-delete'),
  t3(/\bxargs\s[^\n;]{0,100}\brm\b/, 'delete files', 'xargs'),
  t3(
    /\b(?:curl|wget)\s[^\n;]{0,500}\|\s{0,5}(?:sudo\s{1,5})?(?:ba|z|da)?sh\b/,
    'run what the network says',
    'curl',
    'wget',
  ),
  t3(/\bcurl\s[^\n;]{0,300}(?:-X|--request)[ =]{0,3}["']?DELETE\b/i, 'delete at a server', 'curl'),
  t3(
    /\b(?:Remove-Item|Clear-Disk|Format-Volume|Remove-\w{2,40})\b/i,
    'delete by PowerShell',
    'remove-',
    'clear-disk',
    'format-volume',
  ),
  t3(
    /\b(?:del|erase)\s{1,5}\/[sfq]\b|\b(?:rd|rmdir)\s{1,5}\/s\b|\bformat\s{1,5}[a-z]:(?:\s|$)/i,
    'delete files',
    'del',
    'erase',
    'rd',
    'format',
  ),
  t3(
    /\b(?:npm|yarn|pnpm|cargo|twine|gem)\s{1,5}(?:publish|upload|push)\b/,
    'publish a package',
    'publish',
    'upload',
    'push',
  ),
  t3(/:\s{0,2}\(\)\s{0,2}\{\s{0,2}:\s{0,2}\|\s{0,2}:\s{0,2}&/, 'exhaust the machine', '()', '( )'),
  t3(
    /\b(?:shutil\.rmtree|os\.(?:remove|unlink|rmdir|removedirs)|fs\.(?:rm|unlink|rmdir)(?:Sync)?)\s{0,5}\(/,
    'delete files',
    'shutil',
    'os.',
    'fs.',
  ),
  t3(
    /\bdb\.\w{1,100}\.(?:drop|deleteMany|deleteOne|remove)\s{0,5}\(|\bdropDatabase\s{0,5}\(/,
    'delete from a database',
    'db.',
    'dropdatabase',
  ),
  t3(/\b(?:FLUSHALL|FLUSHDB)\b/, 'empty a store', 'flush'),
]

/** Signs within what is known to be a command. */
const commandSigns: readonly Sign[] = [
  t3(/(?:^|[;&|(]|\bsudo\b|\bthen\b|\bdo\b)\s{0,10}(?:rm|rmdir|unlink|srm)\s/m, 'delete files'),
  t3(
    /(?:^|[;&|(]|\bsudo\b)\s{0,10}(?:shutdown|poweroff|halt|reboot|init\s{1,3}[06])\b/m,
    'stop the machine',
  ),
  t3(
    /\bcrontab\s{1,5}-r\b|\biptables\s{1,5}-F\b|\buserdel\b|\bhistory\s{1,3}-c\b/,
    'delete settings',
  ),
  t3(/(?:^|[;&|(])\s{0,10}(?:mail|sendmail|mutt)\s/m, 'send mail'),
  t2(/(?:^|[^>])>{1,2}\s{0,5}[^\s>&]/, 'write a file'),
  t2(
    /(?:^|[;&|(]|\bsudo\b|\bxargs\b)\s{0,10}(?:mv|cp|tee|touch|mkdir|chmod|chown|ln|kill|pkill|killall|systemctl|service|apt|apt-get|yum|dnf|brew|pip|npm|install|sed\s{1,5}-i|git\s{1,5}(?:push|commit|merge|checkout|reset)|docker|kubectl\s{1,5}(?:apply|create|patch|edit|scale|rollout)|curl\s[^\n;]{0,300}(?:-d|--data|-X|-T|-F)|scp|rsync|ssh|make)\b/m,
    'change something by a command',
  ),
]

/** Comments part words for patterns, never for what executes them; MySQL executes those with an exclamation mark. */
function withoutSqlComments(text: string): string {
  if (!text.includes('/*') && !text.includes('--')) return text
  let plain = ''
  let at = 0
  while (at < text.length) {
    const block = text.indexOf('/*', at)
    if (block < 0) break
    const end = text.indexOf('*/', block + 2)
    if (end < 0) break
    const isExecuted = text[block + 2] === '!'
    const inside = isExecuted ? text.slice(block + 3, end).replace(/^\d{0,6}/, '') : ''
    plain += `${text.slice(at, block)} ${inside} `
    at = end + 2
  }
  return (plain + text.slice(at)).replace(/--[^\n]*/g, ' ')
}

/**
 * Judges a text among the arguments of a tool. Returns nothing for a text without signs.
 * @param isCommand whether its name, or that of the tool, says that it is executed
 */
export function* judgeText(text: string, isCommand: boolean): Generator<Judgement> {
  const lower = text.toLowerCase()
  yield* signsIn(text, lower, strongSigns)
  if (isCommand) yield* signsIn(text, lower, commandSigns)
  const sql = withoutSqlComments(text)
  yield* signsIn(sql, lower, sqlSigns)
  if (!lower.includes('update') || !isIn(sql, updating)) return
  const isEvery = sql.split(';').some((each) => isIn(each, updating) && !/\bwhere\b/i.test(each))
  if (isEvery) yield changesAll
}

/** Words are looked for before patterns: nearly every text has none of them. */
function* signsIn(text: string, lower: string, signs: readonly Sign[]): Generator<Judgement> {
  for (const { pattern, judgement, needs } of signs) {
    const mayMatch = needs.length === 0 || needs.some((word) => lower.includes(word))
    if (mayMatch && isIn(text, pattern)) yield judgement
  }
}
