import { token } from '../rule.ts'
import type { TokenRule } from '../rule.ts'

const payment = { label: 'payment-key' } as const
const webhook = { label: 'webhook-url' } as const
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** Keys of payment services and shops, from their public documentation. */
export const paymentRules: readonly TokenRule[] = [
  token(
    'stripe-key',
    ['sk_live_', 'sk_test_', 'sk_prod_', 'rk_live_', 'rk_test_', 'rk_prod_'],
    '[A-Za-z0-9]{10,200}',
    payment,
  ),
  token(
    'stripe-organisation-key',
    ['sk_org_live_', 'sk_org_test_'],
    '[A-Za-z0-9]{24,200}',
    payment,
  ),
  token('stripe-webhook-secret', 'whsec_', '[A-Za-z0-9+/]{24,64}={0,2}', payment),
  token('square-token', ['sq0atp-', 'sq0idp-'], '[\\w-]{22}', payment),
  token('square-secret', 'sq0csp-', '[\\w-]{43}', payment),
  token('square-access-token', 'EAAA', '[\\w-]{56,60}', payment),
  token(
    'shopify-token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shprt_'],
    '[0-9a-fA-F]{32}',
    payment,
  ),
  token('braintree-token', 'access_token$production$', '[0-9a-z]{16}\\$[0-9a-f]{32}', payment),
  token(
    'adyen-key',
    'AQE',
    '[a-z0-9][A-Za-z0-9]{80,120}-[A-Za-z0-9+/=]{40,60}-[A-Za-z0-9]{10,20}',
    payment,
  ),
  token('razorpay-key', ['rzp_live_', 'rzp_test_'], '[A-Za-z0-9]{14}', payment),
  token('paystack-key', ['sk_live_', 'sk_test_'], '[0-9a-f]{40}', payment),
  token('flutterwave-secret-key', ['FLWSECK_TEST-', 'FLWSECK-'], '[0-9A-Za-z]{32}-X', payment),
  token('flutterwave-public-key', ['FLWPUBK_TEST-', 'FLWPUBK-'], '[0-9A-Za-z]{32}-X', {
    ...payment,
    score: 0.6,
  }),
  token('flutterwave-encryption-key', ['FLWSECK_TEST', 'FLWSECK'], '[0-9A-Za-z]{12}', {
    ...payment,
    minEntropy: 2.3,
  }),
  token('gocardless-token', ['live_', 'sandbox_'], '[\\w=-]{40}', {
    ...payment,
    minEntropy: 3.6,
    score: 0.7,
    near: ['gocardless', 'token', 'secret', 'key'],
  }),
  token('mollie-key', ['live_', 'test_'], '[A-Za-z0-9]{30}', {
    ...payment,
    minEntropy: 3.6,
    score: 0.7,
  }),
  token('lob-key', ['live_', 'test_'], '(?:pub_)?[0-9a-f]{31,35}', { ...payment, score: 0.8 }),
  token('sumup-key', ['sup_sk_', 'sup_pk_'], '[A-Za-z0-9]{30,40}', payment),
  token(
    'plaid-access-token',
    ['access-sandbox-', 'access-development-', 'access-production-'],
    uuid,
    payment,
  ),
  token('coinbase-commerce-secret', 'organizations/', `${uuid}/apiKeys/${uuid}`, {
    ...payment,
    score: 0.6,
  }),
  token('duffel-token', ['duffel_test_', 'duffel_live_'], '[\\w=-]{43}', payment),
  token('shippo-token', ['shippo_live_', 'shippo_test_'], '[0-9a-fA-F]{40}', payment),
  token('easypost-key', ['EZAK', 'EZTK'], '[A-Za-z0-9]{54}', { ...payment, minEntropy: 3.5 }),
]

/** Tokens of messaging, mail, marketing and social services, and addresses that are secrets themselves. */
export const messagingRules: readonly TokenRule[] = [
  token('slack-bot-token', 'xoxb-', '\\d{8,14}-\\d{8,14}-[A-Za-z0-9]{10,40}'),
  token('slack-legacy-bot-token', 'xoxb-', '\\d{8,14}-[A-Za-z0-9]{18,26}'),
  token('slack-user-token', ['xoxp-', 'xoxe-'], '(?:\\d{8,14}-){2,3}[A-Za-z0-9]{26,40}'),
  token('slack-app-token', ['xapp-'], '\\d-[A-Z0-9]{6,14}-\\d{8,16}-[0-9a-f]{40,80}'),
  token('slack-configuration-token', ['xoxe.xoxb-', 'xoxe.xoxp-'], '\\d-[A-Za-z0-9]{140,180}'),
  token('slack-refresh-token', 'xoxe-', '\\d-[A-Za-z0-9]{140,160}'),
  token('slack-workspace-token', ['xoxa-', 'xoxr-'], '(?:\\d-)?[A-Za-z0-9]{8,48}', {
    minEntropy: 2.5,
  }),
  token(
    'slack-legacy-token',
    ['xoxs-', 'xoxo-'],
    '\\d{4,12}-\\d{4,12}-\\d{4,12}-[0-9a-fA-F]{8,24}',
  ),
  token('slack-cookie', ['xoxd-'], '[A-Za-z0-9%+/=]{60,300}'),
  token(
    'slack-webhook',
    'hooks.slack.com/',
    '(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,64}',
    webhook,
  ),
  token(
    'discord-webhook',
    ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    '\\d{16,20}/[\\w-]{60,80}',
    webhook,
  ),
  token(
    'teams-webhook',
    '.webhook.office.com/webhookb2/',
    `${uuid}@${uuid}/IncomingWebhook/[0-9a-zA-Z]{32}/${uuid}`,
    webhook,
  ),
  token(
    'teams-workflow',
    '.logic.azure.com:443/workflows/',
    '[0-9a-f]{32}/triggers/[^\\s"\'<>]{20,300}',
    webhook,
  ),
  token('zapier-hook', 'hooks.zapier.com/hooks/catch/', '\\d{4,10}/[a-z0-9]{6,12}', webhook),
  // The first part is a decimal number in base 64.
  token('discord-bot-token', decimalsInBase64(), '[A-Za-z\\d]{20,25}\\.[\\w-]{6}\\.[\\w-]{27,38}', {
    minEntropy: 3.5,
  }),
  token('telegram-bot-token', ':A', '[\\w-]{34}', { minEntropy: 3.2, before: '\\d{5,16}' }),
  token(
    'twilio-key',
    Array.from('0123456789abcdef', (digit) => `SK${digit}`),
    '[0-9a-f]{31}',
    { score: 0.8 },
  ),
  token('sendgrid-key', 'SG.', '[\\w=.-]{62,70}'),
  token('mailgun-key', ['key-', 'pubkey-'], '[0-9a-f]{32}'),
  token('mailchimp-key', '-us', '\\d{1,2}', { before: '[0-9a-f]{32}' }),
  token('brevo-key', ['xkeysib-', 'xsmtpsib-'], '[0-9a-f]{64}-[A-Za-z0-9]{16}'),
  token('resend-key', 're_', '[A-Za-z0-9]{8}_[A-Za-z0-9]{24}'),
  token('klaviyo-key', ['pk_'], '(?=[a-z]{0,33}\\d)[0-9a-f]{34}'),
  token('hubspot-token', ['pat-na1-', 'pat-na2-', 'pat-eu1-', 'pat-ap1-'], uuid),
  token('clickup-token', 'pk_', '\\d{5,9}_[A-Z0-9]{32}'),
  token('asana-token', ['1/', '2/'], '\\d{14,18}(?:/\\d{14,18})?:[0-9a-f]{32}'),
  token('dropbox-token', 'sl.', '(?:u\\.)?[\\w=-]{130,1400}'),
  token('zoho-token', '1000.', '[0-9a-f]{32}\\.[0-9a-f]{32}'),
  token('salesforce-session', '00D', '[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{80,110}'),
  token(
    'facebook-token',
    [
      'EAAC',
      'EAAM',
      'EAAB',
      'EAAG',
      'EAAD',
      'EAAJ',
      'EAAI',
      'EAAL',
      'EAAH',
      'EAAF',
      'EAAE',
      'EAAK',
      'EAAN',
    ],
    '[A-Za-z0-9]{80,400}',
    { minEntropy: 3.5 },
  ),
  token('facebook-app-token', '|', '[\\w-]{27,40}', {
    before: '\\d{13,17}',
    near: ['facebook', 'fb', 'graph', 'access_token', 'token'],
  }),
  token('instagram-token', 'IGQV', '[\\w-]{80,300}'),
  token('twitter-bearer-token', 'AAAAAAAAAAAAAAAAAAAAA', '[A-Za-z0-9%]{60,120}', {
    acceptsPlaceholders: true,
  }),
  token('maxmind-key', '_mmk', '', { before: '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}' }),
]

/** The ways in which a decimal number may begin in base 64. */
function decimalsInBase64(): string[] {
  const numbers = Array.from({ length: 90 }, (_, index) => `${index + 10}0`)
  return [...new Set(numbers.map((number) => btoa(number).slice(0, 3)))]
}
