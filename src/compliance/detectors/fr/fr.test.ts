import { checkCases } from '../testing/cases.ts'

checkCases({
  'fr-nir': {
    found: [
      'Numéro de sécurité sociale : «2 55 08 14 168 025 38»',
      'Please process this: «255081416802538» thanks.',
      'NIR «255082A16802587»'.replace('255082A16802587', '2550814168025 38'.replace(' ', '')),
    ],
    ignored: ['sécurité sociale 2 55 08 14 168 025 39', 'sécurité sociale 255131416802538'],
  },
  'fr-tax-id': {
    found: ['numéro fiscal «3023217600053»', 'SPI «30 23 217 600 053»'],
    ignored: ['numéro fiscal 3023217600054', 'numéro fiscal 9023217600053'],
  },
  'fr-siren': {
    found: ['SIREN «732 829 320»', 'SIRET «73282932000074»'],
    ignored: ['SIREN 732 829 321', 'about 732829320 people live in the region we speak of'],
  },
  'fr-passport': {
    found: ['Mon passeport est le «60RF19342».', '«60RF19342»'],
    ignored: ['the engine 60RF19342 is loud at high speed and cold'],
  },
  'fr-id-card': {
    found: ["carte nationale d'identité «X4RTBPFW4»".replace('X4RTBPFW4', '880692310285')],
    ignored: ['we sent 880692310285 packets to the host'],
  },
})
