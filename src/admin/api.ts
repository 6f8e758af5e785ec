import { renderStatusPage } from './status-page.ts'
import type { StatusView } from './status-page.ts'

export interface AdminDependencies {
  readonly status: () => StatusView
  /** Metrics in the Prometheus text format. */
  readonly metrics: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the handler of the admin listener: status page, health and metrics. It reads, it changes nothing. */
export function createAdminApi(dependencies: AdminDependencies): (request: Request) => Response {
  return function handleAdminRequest(request) {
    const { pathname } = new URL(request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return Response.json({ error: `${request.method} is not accepted here.` }, { status: 405 })
    }
    switch (pathname) {
      case '/':
        return page(renderStatusPage(dependencies.status(), dependencies.now()))
      case '/health':
        return new Response('ok\n')
      case '/ready':
        return readiness(dependencies.status())
      case '/metrics':
        return new Response(dependencies.metrics(), {
          headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        })
      case '/api/health/comprehensive':
        return comprehensive(dependencies)
      default:
        return Response.json({ error: 'There is nothing at this path.' }, { status: 404 })
    }
  }
}

function page(html: string): Response {
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}

function readiness(status: StatusView): Response {
  return status.isReady
    ? new Response('ready\n')
    : new Response(status.isDraining ? 'draining\n' : 'not ready\n', { status: 503 })
}

function comprehensive({ status, now }: AdminDependencies): Response {
  const view = status()
  return Response.json(
    {
      status: view.isReady ? 'healthy' : 'unhealthy',
      version: view.version,
      config_version: view.configVersion,
      uptime_seconds: Math.floor((now() - view.startedAt) / 1000),
      calls_in_progress: view.inFlight,
      providers: view.providers,
      models: view.models,
      audit: view.audit,
      cache: 'not configured',
      timestamp: new Date(now()).toISOString(),
    },
    { status: view.isReady ? 200 : 503 },
  )
}
