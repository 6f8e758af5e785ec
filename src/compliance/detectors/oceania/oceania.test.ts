import { checkCases } from '../testing/cases.ts'

checkCases({
  'au-tfn': {
    found: ['TFN «123 456 782»', 'tax file number «123456782»'],
    ignored: ['TFN 123 456 789', 'around 123456782 views in the first week alone'],
  },
  'au-abn': {
    found: ['ABN «51 824 753 556»', 'Please process this: «51824753556» thanks.'],
    ignored: ['ABN 52 824 753 556'],
  },
  'au-acn': {
    found: ['ACN «004 085 616»', '«004 085 616»'],
    ignored: ['ACN 004 085 617'],
  },
  'au-medicare': {
    found: ['Medicare card «2123 45670 1»', 'Please process this: «2123 45670 1» thanks.'],
    ignored: ['Medicare card 2123 45671 1', 'Medicare card 9123 45670 1'],
  },
  'nz-ird': {
    found: ['IRD number «49-091-850»', 'IRD «136410132»'],
    ignored: ['IRD number 49-091-851', 'IRD 9125568'],
  },
  'nz-nhi': {
    found: ['NHI «ZZZ0016»', 'patient «ZBN77VL»'],
    ignored: ['NHI ZZZ0017', 'NHI IZZ0016', 'patient ZBN77VM'],
  },
})
