import { describe, expect, test } from 'bun:test'
import { checkCases } from '../testing/cases.ts'
import { keccak256 } from './keccak.ts'

checkCases({
  'payment-card': {
    found: [
      'Please charge «4111 1111 1111 1111» now.',
      'Please process this: «4111111111111111» thanks.',
      '«5555-5555-5555-4444»',
      'amex «3782 822463 10005»',
      '«378282246310005» and «6011111111111117»',
      'card «4111-11111111-1111»',
      '«4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1»',
      'JCB «3530111333300000», UnionPay «6200000000000005», Mir «2200000000000004»',
    ],
    ignored: [
      'Please charge 4111 1111 1111 1112.',
      'card 9111111111111111',
      'card 0000000000000000',
      'the trace c0ffee-4111111111111111-77 of that request',
      'pi is 3.4111111111111111',
    ],
  },
  iban: {
    found: [
      'IBAN «DE89 3704 0044 0532 0130 00»',
      'pay to «GB82WEST12345698765432» today',
      '«fr1420041010050500013m02606»',
      'NL: «NL91-ABNA-0417-1643-00»',
      'to «NO93 8601 1117 947» please',
    ],
    ignored: [
      'IBAN DE89 3704 0044 0532 0130 01',
      'IBAN GB82WEST1234569876543',
      'IBAN XX82WEST12345698765432',
      'IBAN LV80 bANK 0000 4351 9500 1',
    ],
  },
  'swift-bic': {
    found: ['SWIFT code «DEUTDEFF»', 'BIC: «NEDSZAJJXXX»'],
    ignored: [
      'THE STANDARD IS KNOWN',
      'SWIFT is a language and computer people like it',
      'BIC DEUTXXFF',
    ],
  },
  'crypto-wallet': {
    found: [
      'send to «1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2»',
      'or «bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»',
      'or «0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed»',
      'my ethereum wallet «0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed»',
      'ripple «rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh»',
    ],
    ignored: [
      'send to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3',
      'or bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
      'or 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1beAed',
      'the commit 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed of the tree',
    ],
  },
})

describe('keccak256', () => {
  test('gives the digests that Ethereum publishes', () => {
    expect(keccak256('')).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
    expect(keccak256('abc')).toBe(
      '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    )
  })
})
