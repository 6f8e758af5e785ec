import {
  cimClasses,
  cimTags,
  encodeCef,
  encodeHec,
  encodeJsonLine,
  encodeLeef,
  encodeOcsf,
  encodeSyslog,
  eventFrom,
} from '../../src/audit/events/index.ts'
import type { EventView } from '../../src/audit/events/index.ts'
import { sampleDecision, sampleOrigin, samples } from '../../src/audit/events/testing/samples.ts'

const head = `# Events of the audit log

This page is written by \`bun scripts/events-reference.ts\` from what the gateway makes of its records; a test compares. Each record of the
audit log is one event, in whichever of these formats a system wants:

| format             | what it is                                                                                                            |
| ------------------ | --------------------------------------------------------------------------------------------------------------------- |
| Splunk HEC         | an object with the fields of the CIM data models in \`event_class\`; \`gen_ai\` and \`smartflow\` have the rest             |
| syslog             | RFC 5424: structured data \`smartflow@\` and the private enterprise number of the operator; or with CEF, LEEF or flat JSON as its text |
| CEF 0, LEEF 2.0    | one line; what CEF has no key for is in labelled custom fields                                                        |
| OCSF 1.9           | an object with the profiles \`security_control\`, \`ai_operation\`, \`trace\` and \`record_integrity\` where they apply       |
| JSON lines         | everything, under the names of this product                                                                           |

- **No content.** Events have labels, counts, numbers and ids. Of a change they name the fields, never the values before and after.
- **The id** of an event is the name of the log and the sequence number of the record. Delivery is at least once: what comes twice has the
  same id.
- **Who** is behind an outcome stands in the decision about the same request; it is in the event where the decision is still at hand.
  Otherwise \`requestId\` joins the two.
- **Bounds.** A text has at most 256 bytes and ends with \`…\` where it was cut; a list has at most 20 entries. A line that would be longer
  than its receiver takes loses its last fields, and \`isCut\` tells of it. JSON has at most 500 kB, usually 2.
- **Control characters** and separators of lines become visible signs (␊) outside JSON, so that no text can begin another field or event;
  CEF has its own escapes for the ends of lines. A comma in an entry of a list becomes a semicolon where the list is one text.
- Records of kinds that this version does not know are events too, of the topic \`other\`.
- Of calls it is recorded neither how many bytes the answer had nor which program called nor the path: \`bytes_out\` is absent,
  \`http_user_agent\` is \`unknown\`, and \`url\` is that of the gateway.
`

/** Writes the page of events: every kind of record in every format. */
export function renderEvents(): string {
  const views = samples.map(({ title, record }) => ({
    title,
    view: eventFrom(record, sampleOrigin, sampleDecision),
  }))
  const rows = views.map(({ title, view }) => {
    const classes = cimClasses(view)
    const tags = classes.map((name) => `\`${cimTags[name].join(' ')}\``).join(', ')
    const { class_name: name, class_uid: uid }: OcsfClass = JSON.parse(encodeOcsf(view))
    return [title, `\`${view.kind}\``, view.severity, tags || '–', `${name} (${uid})`]
  })
  const table = [
    ['', 'record', 'severity', 'CIM tags', 'OCSF class'],
    Array(5).fill('---'),
    ...rows,
  ]
  return [
    head.trim(),
    '## Which event is for what',
    table.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    ...views.map(({ title, view }) => example(title, view)),
    '',
  ].join('\n\n')
}

interface OcsfClass {
  readonly class_name: string
  readonly class_uid: number
}

function example(title: string, view: EventView): string {
  const syslog = { enterpriseNumber: 32_473, facility: 13, appName: 'smartflow', maxBytes: 8_192 }
  return [
    `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
    'Splunk HEC:',
    block('json', pretty(encodeHec(view, { sourcetype: 'smartflow:audit' }))),
    'OCSF:',
    block('json', pretty(encodeOcsf(view))),
    'Syslog, CEF, LEEF (its delimiter is the tab) and JSON lines:',
    block('text', encodeSyslog(view, syslog)),
    block('text', encodeCef(view, 8_192)),
    block('text', encodeLeef(view, 8_192)),
    block('text', encodeJsonLine(view).trimEnd()),
  ].join('\n\n')
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 2)
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
