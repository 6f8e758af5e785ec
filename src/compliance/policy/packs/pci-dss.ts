import type { PolicyPack } from './pack.ts'

/** Card numbers are unreadable everywhere; what authenticates a card goes nowhere. */
export const pciDssPack: PolicyPack = {
  id: 'pci-dss',
  title: 'PCI DSS 4.0.1',
  description:
    'Card numbers are redacted both ways. Verification codes, track data and PINs need patterns or dictionaries of your own named cvv, track-data and pin, because three digits alone are no finding.',
  rules: [
    {
      id: 'card-numbers',
      description:
        'PCI DSS 4.0.1, 3.5.1 (PAN is unreadable wherever it is stored) and 4.2.2 (PAN is secured whenever it is sent by messaging technologies).',
      what: { detectors: ['payment-card'] },
      action: 'redact',
    },
    {
      id: 'authentication-data',
      description:
        'PCI DSS 4.0.1, 3.3.1.1 to 3.3.1.3: track data, card verification codes and PINs are not kept after authorisation, not even encrypted.',
      what: { detectors: ['custom:cvv', 'custom:track-data', 'custom:pin'] },
      action: 'block',
      sharing: 'none',
      message: 'Card verification codes, track data and PINs may not be sent to a model',
    },
    {
      id: 'bulk',
      description:
        'PCI DSS 4.0.1, 7.2.1 (access by need to know): a list of cards is no question of support.',
      what: { detectors: ['payment-card'], minCount: 20 },
      action: 'hold',
      sharing: 'none',
    },
  ],
  cases: [
    {
      name: 'a card number is redacted',
      text: 'Charge it to 5500 0055 5555 5559, please.',
      expect: {
        verdict: 'redact',
        rules: ['pci-dss/card-numbers'],
        treatments: { 'payment-card': 'redact' },
      },
    },
    {
      name: 'and in answers as well',
      direction: 'answer',
      text: 'Your card is 5500 0055 5555 5559.',
      expect: { verdict: 'redact', rules: ['pci-dss/card-numbers'] },
    },
    {
      name: 'a verification code goes nowhere',
      facts: { found: [{ label: 'custom:cvv' }] },
      expect: { verdict: 'block', rules: ['pci-dss/authentication-data'] },
    },
    {
      name: 'a list of cards waits for approval',
      facts: { found: [{ label: 'payment-card', count: 20 }] },
      expect: { verdict: 'hold', rules: ['pci-dss/bulk'] },
    },
    {
      name: 'a long number that is no card stays',
      text: 'Order 5500 0055 5555 5558 was shipped.',
      expect: { verdict: 'allow' },
    },
  ],
}
