import type { PolicyPack } from './pack.ts'

/** Keys, tokens and passwords do not leave, and do not come back. */
export const secretsPack: PolicyPack = {
  id: 'secrets',
  title: 'Secrets',
  description:
    'Private keys stop a call; tokens, passwords and connection strings are taken out of it.',
  rules: [
    {
      id: 'private-keys',
      description:
        'ISO/IEC 27001:2022 A.8.24 (protection of cryptographic keys); NIST SP 800-57 part 1, 5.5 (compromise of keys).',
      what: { detectors: ['private-key'] },
      action: 'block',
      sharing: 'none',
    },
    {
      id: 'cloud-keys',
      description:
        'ISO/IEC 27001:2022 A.5.17 (authentication information); NIST SP 800-53 IA-5(7): no static authenticators in the clear.',
      what: { detectors: ['cloud-key', 'payment-key'] },
      action: 'redact',
    },
    {
      id: 'tokens',
      description: 'ISO/IEC 27001:2022 A.5.17 (authentication information); CWE-522.',
      what: { detectors: ['api-token', 'access-token', 'webhook-url'] },
      action: 'redact',
    },
    {
      id: 'passwords',
      description:
        'ISO/IEC 27001:2022 A.5.17 (authentication information); NIST SP 800-53 IA-5(6).',
      what: { detectors: ['password', 'credential', 'connection-string', 'url-credentials'] },
      action: 'redact',
    },
    {
      id: 'dumps',
      description:
        'ISO/IEC 27001:2022 A.8.12 (data leakage prevention): many secrets at once are a dump of a store, not a slip.',
      what: { categories: ['secret'], minCount: 10 },
      action: 'block',
      sharing: 'none',
    },
  ],
  cases: [
    {
      name: 'private keys go nowhere',
      facts: { found: [{ label: 'private-key' }] },
      expect: { verdict: 'block', rules: ['secrets/private-keys'] },
    },
    {
      name: 'a password in a connection is taken out',
      text: 'Connect with postgres://app:Tr4mpoline-Quartz@db.internal:5432/orders',
      expect: { verdict: 'redact', rules: ['secrets/passwords'] },
    },
    {
      name: 'many secrets are a dump',
      facts: { found: [{ label: 'api-token', count: 10 }] },
      expect: { verdict: 'block', rules: ['secrets/dumps'] },
    },
    {
      name: 'talking about passwords is none',
      text: 'How long should a password be, and how often should it be changed?',
      expect: { verdict: 'allow' },
    },
  ],
}
