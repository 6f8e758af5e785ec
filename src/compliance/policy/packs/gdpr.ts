import type { PolicyPack } from './pack.ts'

const personal = ['person-name', 'address', 'email', 'phone', 'date-of-birth']

/** Personal data leaves as little as possible, special categories only with approval and within the Union. */
export const gdprPack: PolicyPack = {
  id: 'gdpr',
  title: 'GDPR',
  description:
    'Direct identifiers are replaced by tokens that are restored in the answer. The labels special-category:* and criminal-record come from categories of your own; the perimeters eu and on-premises from your providers.',
  rules: [
    {
      id: 'minimisation',
      description:
        'Regulation (EU) 2016/679, Art. 5(1)(c) (data minimisation), Art. 25 (by design and by default) and Art. 4(5) (pseudonymisation).',
      what: { detectors: personal },
      action: 'tokenise',
    },
    {
      id: 'national-ids',
      description:
        'Regulation (EU) 2016/679, Art. 87 (national identification numbers) and Art. 32(1)(a) (pseudonymisation).',
      what: { categories: ['identity'], not: { detectors: ['age', 'date-of-birth'] } },
      action: 'tokenise',
    },
    {
      id: 'bank-data',
      description: 'Regulation (EU) 2016/679, Art. 32(1) (security appropriate to the risk).',
      what: { detectors: ['iban', 'payment-card', '*-bank-account'] },
      action: 'mask',
    },
    {
      id: 'online-identifiers',
      description: 'Regulation (EU) 2016/679, Art. 4(1) and recital 30 (online identifiers).',
      what: { detectors: ['ip-address', 'mac-address'], minScore: 0.7 },
      action: 'hash',
    },
    {
      id: 'health-numbers',
      description:
        'Regulation (EU) 2016/679, Art. 9(1) and recital 35 (numbers assigned to identify a person for health purposes).',
      what: { categories: ['health'] },
      action: 'redact',
    },
    {
      id: 'special-categories',
      description:
        'Regulation (EU) 2016/679, Art. 9(1): processing is prohibited unless Art. 9(2) permits it; somebody has to say which ground applies.',
      what: { labels: ['special-category:*'], direction: 'request' },
      action: 'hold',
      sharing: 'none',
    },
    {
      id: 'criminal-records',
      description: 'Regulation (EU) 2016/679, Art. 10 (criminal convictions and offences).',
      what: { labels: ['criminal-record'], direction: 'request' },
      action: 'hold',
      sharing: 'none',
    },
    {
      id: 'special-categories-transfer',
      description:
        'Regulation (EU) 2016/679, Art. 44 to 46 (transfers to third countries) with Art. 9(1).',
      what: { labels: ['special-category:*', 'criminal-record'], direction: 'request' },
      where: { not: { perimeters: ['eu', 'on-premises'] } },
      action: 'block',
    },
    {
      id: 'transfers',
      description:
        'Regulation (EU) 2016/679, Art. 44 (general principle for transfers): what is personal is noted when it leaves the Union.',
      what: { detectors: personal, categories: ['identity'], direction: 'request' },
      where: { not: { perimeters: ['eu', 'on-premises'] } },
      action: 'warn',
    },
    {
      id: 'large-scale',
      description:
        'Regulation (EU) 2016/679, Art. 35(3)(b) (large scale) and Art. 5(1)(b) (purpose limitation).',
      what: { categories: ['identity'], minCount: 100 },
      action: 'hold',
      sharing: 'none',
    },
  ],
  cases: [
    {
      name: 'an address for mail leaves as a token, which is restored in the answer',
      text: 'Please answer jonas.keller@example.com before noon.',
      expect: {
        verdict: 'redact',
        rules: ['gdpr/minimisation'],
        treatments: { email: 'tokenise' },
      },
    },
    {
      name: 'an account is masked',
      text: 'Refund it to GB33 BUKB 2020 1555 5555 55.',
      expect: { verdict: 'redact', rules: ['gdpr/bank-data'], treatments: { iban: 'mask' } },
    },
    {
      name: 'special categories wait for somebody who knows the ground',
      facts: { labels: ['special-category:health'] },
      target: { perimeter: 'eu' },
      expect: { verdict: 'hold', rules: ['gdpr/special-categories'] },
    },
    {
      name: 'and do not leave the Union at all',
      facts: { labels: ['special-category:health'] },
      target: { perimeter: 'public' },
      expect: { verdict: 'block', rules: ['gdpr/special-categories-transfer'] },
    },
    {
      name: 'lists of identity numbers wait for approval',
      facts: { found: [{ label: 'de-tax-id', category: 'identity', count: 100 }] },
      target: { perimeter: 'on-premises' },
      expect: { verdict: 'hold', rules: ['gdpr/large-scale'], notRules: ['gdpr/transfers'] },
    },
    {
      name: 'what is about nobody passes as it is',
      text: 'Explain the difference between a mutex and a semaphore in 200 words.',
      expect: { verdict: 'allow' },
    },
  ],
}
