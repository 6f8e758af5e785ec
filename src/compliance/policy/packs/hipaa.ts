import type { RuleConfig } from '../schema.ts'
import type { PolicyPack } from './pack.ts'

const part = '45 CFR 164.514(b)(2)(i)'

/** The identifiers that the safe-harbour method of de-identification removes, by the letters of the rule. */
const identifiers: readonly RuleConfig[] = [
  {
    id: 'names',
    description: `${part}(A): names.`,
    what: { detectors: ['person-name'] },
    action: 'redact',
  },
  {
    id: 'places',
    description: `${part}(B): geographic subdivisions smaller than a state.`,
    what: { detectors: ['address', 'place', 'us-zip-code'] },
    action: 'redact',
  },
  {
    id: 'birth-and-age',
    description: `${part}(C): dates related to an individual, and ages over 89.`,
    what: { detectors: ['date-of-birth', 'age'] },
    action: 'redact',
  },
  {
    id: 'dates-of-care',
    description: `${part}(C): dates of admission, discharge and death; in content with the label phi.`,
    what: { labels: ['phi'], detectors: ['date'] },
    action: 'redact',
  },
  {
    id: 'contacts',
    description: `${part}(D), (E), (F): telephone and fax numbers, e-mail addresses.`,
    what: { detectors: ['phone', 'email'] },
    action: 'redact',
  },
  {
    id: 'social-security',
    description: `${part}(G): social security numbers.`,
    what: { detectors: ['us-ssn', 'us-itin'] },
    action: 'redact',
  },
  {
    id: 'record-numbers',
    description: `${part}(H), (I): medical record numbers and numbers of health plans.`,
    what: { categories: ['health'] },
    action: 'redact',
  },
  {
    id: 'accounts',
    description: `${part}(J): account numbers.`,
    what: { detectors: ['us-bank-account', 'iban', 'payment-card'] },
    action: 'redact',
  },
  {
    id: 'licences',
    description: `${part}(K): numbers of certificates and licences.`,
    what: { detectors: ['us-driving-licence', 'us-passport'] },
    action: 'redact',
  },
  {
    id: 'vehicles',
    description: `${part}(L): vehicle identifiers and licence plates.`,
    what: { categories: ['vehicle'] },
    action: 'redact',
  },
  {
    id: 'devices',
    description: `${part}(M): device identifiers; serial numbers need a pattern of your own named device-serial.`,
    what: { detectors: ['mac-address', 'custom:device-serial'] },
    action: 'redact',
  },
  {
    id: 'network',
    description: `${part}(N), (O): URLs and IP addresses; in content with the label phi.`,
    what: { labels: ['phi'], detectors: ['url', 'ip-address'] },
    action: 'redact',
  },
  {
    id: 'voices-and-faces',
    description: `${part}(P), (Q): biometric identifiers and full-face images cannot be redacted here.`,
    what: { labels: ['phi'], attachments: ['image', 'audio', 'video'], direction: 'request' },
    action: 'hold',
  },
  {
    id: 'other-identifiers',
    description: `${part}(R): any other unique identifying number; name patterns patient-id and exact-data tables patients.`,
    what: { detectors: ['custom:patient-id', 'exact:patients'] },
    action: 'redact',
  },
]

/** The eighteen identifiers are redacted; protected health information stays with business associates. */
export const hipaaPack: PolicyPack = {
  id: 'hipaa',
  title: 'HIPAA',
  description:
    'The safe-harbour identifiers are redacted. The label phi comes from a category of your own; the perimeter business-associate names providers that signed an agreement.',
  rules: [
    ...identifiers,
    {
      id: 'business-associates',
      description:
        '45 CFR 164.502(e) and 164.504(e): protected health information goes only to business associates with a contract.',
      what: { labels: ['phi'], direction: 'request' },
      where: { not: { perimeters: ['business-associate', 'on-premises'] } },
      action: 'block',
      sharing: 'none',
    },
    {
      id: 'minimum-necessary',
      description:
        '45 CFR 164.502(b) and 164.514(d): the minimum necessary; lists of patients wait for approval.',
      what: { categories: ['health'], minCount: 50 },
      action: 'hold',
      sharing: 'none',
    },
  ],
  cases: [
    {
      name: 'a social security number is redacted',
      text: 'The SSN of the patient is 219-09-9998.',
      expect: {
        verdict: 'redact',
        rules: ['hipaa/social-security'],
        treatments: { 'us-ssn': 'redact' },
      },
    },
    {
      name: 'contacts are redacted, in answers as well',
      direction: 'answer',
      text: 'You reach the ward at ward-7@clinic.example.org.',
      expect: { verdict: 'redact', rules: ['hipaa/contacts'], treatments: { email: 'redact' } },
    },
    {
      name: 'health information goes to no one without a contract',
      facts: { labels: ['phi'] },
      target: { perimeter: 'public' },
      expect: { verdict: 'block', rules: ['hipaa/business-associates'] },
    },
    {
      name: 'but to those who have one',
      facts: { labels: ['phi'] },
      target: { perimeter: 'business-associate' },
      expect: { verdict: 'allow', notRules: ['hipaa/business-associates'] },
    },
    {
      name: 'pictures of patients wait for approval',
      facts: { labels: ['phi'], attachments: [{ type: 'image' }] },
      target: { perimeter: 'on-premises' },
      expect: { verdict: 'hold', rules: ['hipaa/voices-and-faces'] },
    },
    {
      name: 'a date says nothing where nothing is about health',
      facts: { found: [{ label: 'date', category: 'date' }] },
      expect: { verdict: 'allow' },
    },
  ],
}
