/** What the status page and the health endpoints tell: names and counts, never content. */
export interface StatusView {
  readonly version: string
  readonly configVersion: string
  readonly startedAt: number
  readonly isReady: boolean
  readonly isDraining: boolean
  readonly inFlight: number
  readonly providers: readonly string[]
  readonly models: readonly string[]
  readonly keys: number
  readonly audit: {
    readonly state: string
    readonly reason?: string
    readonly lastSequence: number
  }
}

/** Renders the status page: one self-contained document, no script, no request to anywhere. */
export function renderStatusPage(status: StatusView, now: number): string {
  const state = status.isDraining ? 'draining' : status.isReady ? 'ready' : 'not ready'
  const rows: readonly (readonly [string, string])[] = [
    ['State', state],
    ['Version', status.version],
    ['Configuration', status.configVersion],
    ['Running for', durationText(now - status.startedAt)],
    ['Calls in progress', String(status.inFlight)],
    ['Audit log', auditText(status.audit)],
    ['Keys', String(status.keys)],
    ['Providers', status.providers.join(', ') || 'none'],
    ['Models', status.models.join(', ') || 'none'],
  ]
  const table = rows
    .map(
      ([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`,
    )
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>Smartflow · ${escape(state)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Smartflow <span class="${status.isReady ? 'good' : 'bad'}">${escape(state)}</span></h1>
<table>
${table}
</table>
<p>Metrics: <a href="/metrics">/metrics</a> · Health: <a href="/api/health/comprehensive">/api/health/comprehensive</a></p>
</main>
</body>
</html>
`
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem; font-weight: 650 }
h1 span { font-size: .9rem; font-weight: 600; padding: .15rem .6rem; border-radius: 1rem; vertical-align: middle }
.good { background: #1a7f37; color: #fff } .bad { background: #b3261e; color: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #8884; vertical-align: top }
th { font-weight: 500; width: 12rem; opacity: .75 }
td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
`

function auditText(audit: StatusView['audit']): string {
  const records = `${audit.lastSequence} records`
  return audit.reason === undefined
    ? `${audit.state}, ${records}`
    : `${audit.state}: ${audit.reason}`
}

function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
