import { errorKinds, GatewayError } from '../../src/core/errors.ts'
import type { ErrorCode } from '../../src/core/errors.ts'
import { openStreamEnding } from '../../src/formats/index.ts'
import type { ClientFormat } from '../../src/formats/index.ts'
import { clientFormats } from '../../src/formats/texts/testing/streamed.ts'
import { renderError } from '../../src/http/render.ts'

const requestId = 'req_01k…'
const words = 'Ask the deal team before you write about deals. (rule house-rules/deals)'

/** What has to do with content and oversight, and what a client or its owner can do about it. */
const cures = [
  [
    'blocked_by_policy',
    'A policy or a barrier forbids it; the message says why. Change the content, or ask whoever it names',
  ],
  [
    'held_for_approval',
    'People have to [approve](oversight.md#approvals) it; the message has the number of the hold. Repeat the request unchanged afterwards',
  ],
  ['no_admissible_target', 'No target of the model may have this content. Ask for another model'],
  [
    'compliance_unavailable',
    'The content could not be inspected, so it did not go. Try again; operators find the cause in the log',
  ],
  [
    'emergency_stop',
    'An administrator [stopped](oversight.md) these calls. Do not repeat it by yourself',
  ],
  ['audit_unavailable', 'The decision could not be recorded, so nothing went. Try again'],
] as const satisfies readonly (readonly [ErrorCode, string])[]

const head = `# What a client sees of inspection

This page is written by \`bun scripts/refusals-reference.ts\` from what the gateway sends; a test compares. Official clients understand
all of it as errors of the provider they are made for: no client needs to know the gateway.

## Headers

| header                     | on                    | says                                                                                                                       |
| -------------------------- | --------------------- | -------------------------------------------------------------------------------------------------------------------------- |
| \`x-smartflow-decision\`     | answers               | \`allow\`, or \`redact\`: something of the request was replaced before it left                                                 |
| \`x-smartflow-warnings\`     | answers               | after \`policy:\`, the words of rules that only warn; also what could not be translated. At most 2 kB, cut after that         |
| \`x-smartflow-error-source\` | refusals              | \`client\`, \`gateway\` or \`provider\`: who is at fault                                                                         |
| \`x-should-retry\`           | refusals from 500 on  | \`false\` where a repetition is of no use; the SDKs of OpenAI and Anthropic obey it                                           |
| \`x-request-id\`             | everything            | the number of the request in the audit log; \`request-id\` for Anthropic's clients, \`x-amzn-requestid\` for AWS's, beside it   |

What is decided about an answer stands in no header, since those of a stream are sent before: it is in the outcome record, and a stream
that is blocked ends with an error.
`

/** Writes the page of refusals: what the gateway would send, in every dialect. */
export function renderRefusals(): string {
  const codes = cures.map(([code, cure]) => {
    const { status, retryable } = errorKinds[code]
    return [`\`${code}\``, String(status), retryable ? 'yes' : 'no', cure]
  })
  return `${[
    head.trim(),
    '## Codes',
    tableOf(['code', 'status', 'retry', 'what it means'], codes),
    'All other codes stand in `src/core/errors.ts`.',
    '## Each dialect',
    'A block by policy, whole and as the end of a stream that had begun.',
    ...clientFormats.map(dialectOf),
  ].join('\n\n')}\n`
}

function dialectOf(format: ClientFormat): string {
  const error = new GatewayError('blocked_by_policy', words)
  const { status, code, message, source, failureClass } = error
  const ending = openStreamEnding(format).write({
    status,
    code,
    message,
    source,
    requestId,
    failureClass,
  })
  return [
    `### ${format.name}`,
    `Status ${status}${errorType(format, error)}:`,
    fenced('json', JSON.stringify(bodyOf(format, error), undefined, 2)),
    'The end of a stream:',
    typeof ending === 'string' ? fenced('text', ending.trim()) : frameOf(ending),
  ].join('\n\n')
}

function bodyOf(format: ClientFormat, { status, code, message, source }: GatewayError) {
  return format.writeError({ status, code, message, source, requestId })
}

/** The header by which AWS's clients know the kind of an error. */
function errorType(format: ClientFormat, error: GatewayError): string {
  const type = renderError(error, 'req', format).headers.get('x-amzn-errortype')
  return type === null ? '' : `, \`x-amzn-errortype: ${type}\``
}

/** A frame of AWS's event streams, by what people can read of it. */
function frameOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString()
  const [, type = ''] = /:exception-type[^a-z]*(\w+?Exception)/s.exec(text) ?? []
  const payload = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  return `An event with \`:message-type: exception\`, \`:exception-type: ${type}\`, and the payload\n\n${fenced('json', payload)}`
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}
