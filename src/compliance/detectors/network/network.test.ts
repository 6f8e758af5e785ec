import { checkCases } from '../testing/cases.ts'

checkCases({
  'ip-address': {
    found: [
      'connecting from «::1»',
      'my ip is «2400:c401::5054:ff:fe1b:b031»',
      'host «192.168.1.10», net «10.0.0.0/8»',
      '«2001:db8::/32» and «fe80::1%eth0/64»',
      '«::ffff:192.0.2.1»',
      '«64:ff9b::192.0.2.1»',
      'text::ffff:«192.0.2.1»',
      'http://«172.16.254.1»:8080/x',
    ],
    ignored: [
      '192.168.1.256',
      '192.168.1',
      'std::vector<int> face::add(a::b)',
      'x[::2] and y[1::2]',
      'it is 12:34:56 now',
      ':::',
      'aa:bb:cc:dd:ee:ff',
      'see section 1.2.3.4 of the guide',
      'version 10.4.22.1',
    ],
  },
  'mac-address': {
    found: ['MAC «01-23-45-67-89-AB»', '«0d:B3:4a:6A:d9:cF»', 'Cisco «0012.3456.789A»'],
    ignored: ['00:00:00:00:00:00', '01-23-45-67-89-AG', '12:34:56', '1234.5678.9012'],
  },
  url: {
    found: [
      'see «https://www.example.org/a?b=c#d».',
      'my domains: «microsoft.com» «google.co.il»',
      "'«https://presidio.example.org/»'",
    ],
    ignored: [
      'http://microsoft',
      'main.rs and index.ts and obj.id',
      'the end.The next',
      'e.g. this or i.e. that',
    ],
  },
  'url-credentials': {
    found: [
      '«postgres://app:s3cr3t!»@db.example.org/x',
      'clone «https://joe:hunter2»@git.example.org',
    ],
    ignored: [
      'https://example.org:8080/a@b',
      'postgres://app:${PASSWORD}@db/x',
      'https://joe@example.org',
      'http://a:<password>@b.c',
    ],
  },
})
