const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'

/**
 * What values look like that are kept under the name of a service and have no prefix of their own: enough to
 * tell a short key or a UUID, which alone could be anything, from an identifier.
 */
const shapes: Readonly<Record<string, string>> = {
  adobe: '[0-9a-f]{32}',
  airtable: '[A-Za-z0-9]{17}',
  algolia: '[0-9a-f]{32}',
  anypoint: uuid,
  asana: '\\d{16}|[0-9a-z]{32}',
  atlassian: '[A-Za-z0-9]{24}',
  bitbucket: '[A-Za-z0-9]{32}|[\\w=-]{64}',
  bittrex: '[a-z0-9]{32}',
  bundle: '[0-9a-f]{8}:[0-9a-f]{8}',
  confluence: '[A-Za-z0-9]{24}',
  confluent: '[A-Za-z0-9]{16}|[A-Za-z0-9+/]{64}',
  contribsys: '[0-9a-f]{8}:[0-9a-f]{8}',
  datadog: '[0-9a-f]{32}|[A-Za-z0-9]{40}',
  discord: '\\d{17,19}|[\\w=-]{32}|[0-9a-f]{64}',
  dropbox: '[A-Za-z0-9]{15}',
  etsy: '[A-Za-z0-9]{24}',
  facebook: '\\d{15,16}\\|[\\w-]{27,40}|[0-9a-f]{32}',
  fastly: '[\\w=-]{32}',
  finicity: '[A-Za-z0-9]{20}|[0-9a-f]{32}',
  finnhub: '[A-Za-z0-9]{20}',
  flickr: '[0-9a-f]{32}|[0-9a-f]{16}',
  heroku: uuid,
  hubspot: uuid,
  jira: '[A-Za-z0-9]{24}',
  kucoin: `[0-9a-f]{24}|${uuid}`,
  launchdarkly: `[\\w=-]{40}`,
  linear: '[0-9a-f]{32}',
  linkedin: '[A-Za-z0-9]{14}|[A-Za-z0-9]{16}',
  looker: '[A-Za-z0-9]{20}|[A-Za-z0-9]{24}',
  mailgun: '[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}',
  mattermost: '[a-z0-9]{26}',
  messagebird: `[A-Za-z0-9]{25}|${uuid}`,
  meraki: '[0-9a-f]{40}',
  plaid: '[0-9a-zA-Z]{24}|[0-9a-zA-Z]{30}',
  sendbird: `[0-9a-f]{40}|${uuid}`,
  snyk: uuid,
  sonar: '[A-Za-z0-9_]{40,44}',
  splunk: uuid,
  squarespace: uuid,
  sumo: 'su[A-Za-z0-9]{12}|[A-Za-z0-9]{64}',
  travis: '[A-Za-z0-9]{22}',
  trello: '[A-Za-z0-9-]{32}|[0-9a-f]{32}',
  twitch: '[a-z0-9]{30}',
  twitter: '[A-Za-z0-9]{25}|\\d{15,25}-[A-Za-z0-9]{20,40}|[A-Za-z0-9]{45,50}',
  zendesk: '[A-Za-z0-9]{40}',
}

/** Services all of whose present tokens have one exact shape, so that another value is hardly one of theirs. */
const exact: Readonly<Record<string, string>> = {
  databricks: '(?:dapi|dose|dkea)[0-9a-f]{32}(?:-\\d)?',
  meraki: '[0-9a-f]{40}',
  okta: '00[\\w=-]{40}|[\\w-]{40,64}',
  telegram: '\\d{5,16}:A[\\w-]{34}',
}

/** What the services named beside a value say about it. */
export type VendorVerdict = 'fits' | 'misfits' | 'unknown'

/** Tells whether a value looks as the services do whose names stand in `context` (lower case, without signs). */
export type VendorJudge = (context: string, value: string) => VendorVerdict

/** Compiles the shapes of services into a judge. */
export function createVendorJudge(): VendorJudge {
  const compiled = Object.entries({ ...shapes, ...exact }).map(([vendor, shape]) => ({
    vendor,
    pattern: new RegExp(`^(?:${shape})$`),
    isExact: vendor in exact,
  }))
  const anyVendor = new RegExp(compiled.map(({ vendor }) => vendor).join('|'))
  return (context, value) => {
    let verdict: VendorVerdict = 'unknown'
    if (!anyVendor.test(context)) return verdict
    for (const { vendor, pattern, isExact } of compiled) {
      if (!context.includes(vendor)) continue
      if (pattern.test(value)) return 'fits'
      if (isExact) verdict = 'misfits'
    }
    return verdict
  }
}
