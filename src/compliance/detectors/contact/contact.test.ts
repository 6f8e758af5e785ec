import { checkCases } from '../testing/cases.ts'

checkCases({
  email: {
    found: [
      'Write to «ana.silva+news@example.co.uk», please.',
      '«O’Neil» no'.replace('«O’Neil» no', '<«o.neil@example.com»>'),
      'mailto:«info@example.org»?subject=x',
      'user «user@xn--80ak6aa92e.com» today',
      'https://example.org/?mail=«bob@example.org»',
      '«jürgen@müller.de»',
      'reach «ana [at] example [dot] com»',
      'reach «ana(at)example.com»',
      'reach «ana @ example.com» or me',
    ],
    ignored: [
      'npm install react@18.2.0',
      'git clone git@github.com:team/project.git',
      'ssh app@db.internal',
      'the @Decorator.method of it',
      'import @types/node',
      'a@b',
      'meet me @ noon. com',
      'he is (at) home',
    ],
  },
  phone: {
    found: [
      'Call me at «(415) 555-0132».',
      '«+49 30 1234567»',
      'international: «+33 1 42 68 53 00»',
      'Please process this: «+1 415 555 0132» thanks.',
      'Tel.: «030/1234567»',
      'Téléphone : «06 12 34 56 78»',
      'my mobile is «13812345678»',
      '«0044 20 7946 0958» is ours',
      '«415-555-0132 x123» after five',
      'fax «+44 (0)20 7946 0958»',
      '전화번호 «010-1234-5678»',
      'they are not answering at «449 4898»',
    ],
    ignored: [
      'on 2020-01-02 and 02.01.2020',
      'from 2019-2020 we grew',
      'range 8000-10000 of my app',
      'version 10.20.30.40 of it',
      'the id 1234567890 is unknown to the service',
      'My SSN is 536-90-4399',
      'ISBN 978-3-16-148410-0',
      'population 1 234 567 890',
    ],
  },
})
