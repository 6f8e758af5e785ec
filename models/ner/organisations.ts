import type { NameMaker } from './names.ts'
import { words } from './names.ts'
import type { PlaceMaker } from './places.ts'
import type { Random } from './random.ts'

const forms = words(
  'Ltd Ltd. Limited Inc Inc. Incorporated Corp Corp. Corporation LLC LLP PLC plc GmbH AG SE KG S.A. S.p.A. S.r.l. B.V. N.V. AB AS A/S Oy SARL SAS Pty Co. Company & Co Group Holdings Partners Associates',
)
const trades = [
  ...words(
    'Bank Insurance Capital Consulting Technologies Systems Solutions Logistics Foods Pharma Pharmaceuticals Energy Motors Airlines Industries Media Networks Software Labs Analytics Robotics Healthcare Hospital Clinic University College Institute Foundation Trust Ventures Advisors Securities Realty Properties Construction Engineering Textiles Shipping Telecom Electronics Chemicals Mining Steel Brewery Bakery Pharmacy Publishing Records Studios Security Legal',
  ),
  'Asset Management',
  'Wealth Management',
  'Financial Services',
  'School District',
  'Medical Center',
  'Law Firm',
  'Credit Union',
  'Life Insurance',
  'Data Services',
  'Research Institute',
  'Police Department',
  'High School',
  'Football Club',
]
const heads = words(
  'Northern Southern Pacific Atlantic Global United National First Summit Pinnacle Blue Green Silver Golden Red Apex Nova Vertex Zenith Horizon Evergreen Riverstone Ironwood Brightwater Clearview Stonebridge Oakfield Westbrook Lakeside Falcon Phoenix Orion Titan Atlas Helix Quantum Vector Solar Lunar Arctic Granite Cobalt Crimson Amber Maple Cedar Harbor Beacon Compass Keystone Liberty Heritage Meridian Paragon Sterling Trident Vanguard Acme Contoso Initech Globex',
)
const ends = words(
  'ix ora ado eva ium iq ara esis ant ify ly vio onic era isma io ent alis ova ica metrics check path works mind point',
)
const middles = words(
  'Data Health Capital Energy Water Food Peace Labor Census Market Open Public Social Social Urban Rural Digital Creative Family Home Travel Music Sports Road Rail Space Learning Legal',
)
const nouns = words(
  'Nation Corps Alliance Works Collective Partners Network Project Initiative Union Society Exchange Insights Seed Club Lab House Bureau Center Fund Ventures Bank Trust',
)
const known = words(
  "Google Microsoft Apple Amazon Meta Facebook Netflix Tesla Intel IBM Oracle Samsung Sony Siemens Bosch BMW Volkswagen Toyota Honda Nestlé Unilever Pfizer Novartis Roche Bayer Shell BP Exxon Walmart Target Costco Ikea Adidas Nike Visa Mastercard PayPal Citigroup Barclays HSBC UBS Deutsche-Bank Santander BNP-Paribas Goldman-Sachs JPMorgan Morgan-Stanley BlackRock Deloitte KPMG PwC Accenture Capgemini Infosys Wipro Boeing Airbus Lufthansa Ryanair Uber Lyft Airbnb Spotify Twitter LinkedIn Reuters Bloomberg BBC CNN NATO UNESCO UNICEF WHO FBI NASA Harvard Stanford MIT Oxford-University Cambridge-University FedEx UPS DHL Verizon Vodafone AT&T Comcast Disney Starbucks Zara Danone Carrefour Experian Equifax Allianz AXA Zurich-Insurance Kroll Moody's McKinsey Salesforce Adobe Nvidia Qualcomm Cisco Dell Lenovo Huawei Alibaba Tencent Baidu",
).map((name) => name.replace(/-/g, ' '))

/** Draws organisations: invented ones after the patterns of real ones, and a few that everybody knows. */
export function createOrganisationMaker(
  names: NameMaker,
  places: PlaceMaker,
  random: Random,
): () => string {
  const coined = (): string => {
    const head = random.pick(random.chance(0.5) ? heads : middles)
    return head.slice(0, 3 + random.below(3)) + random.pick(ends)
  }
  return () => {
    const form = random.next()
    if (form < 0.15) return random.pick(known)
    if (form < 0.28) return `${names.family()} ${random.pick(forms)}`
    if (form < 0.36) return `${names.family()}, ${names.family()} and ${names.family()}`
    if (form < 0.42)
      return `${names.family()} & ${random.pick(['Sons', 'Co', 'Partners', names.family()])}`
    if (form < 0.46) return `${names.family()}-${names.family()}`
    if (form < 0.54) return `${names.family()} ${random.pick(trades)}`
    if (form < 0.62) return `${places.city()} ${random.pick(trades)}`
    if (form < 0.68) return `${random.pick(middles)} ${random.pick(nouns)}`
    if (form < 0.73) return coined()
    if (form < 0.8) return `${random.pick(heads)} ${random.pick(trades)}`
    if (form < 0.88) return `${random.pick(heads)} ${random.pick(trades)} ${random.pick(forms)}`
    if (form < 0.93)
      return `${random.pick(heads)}${random.pick(['soft', 'tech', 'net', 'corp', 'bank', 'ly', 'ify', 'media'])}`
    if (form < 0.96) return `Bank of ${places.city()}`
    return `University of ${places.city()}`
  }
}
