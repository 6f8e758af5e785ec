import { checkCases } from '../testing/cases.ts'

checkCases({
  'sg-nric': {
    found: ['NRIC «S1234567D»', 'he gave «G1122144R» to us', '«M4332674T»'],
    ignored: ['NRIC S123456', 'the code S1234567A failed in the test of this morning'],
  },
  'sg-uen': {
    found: ['UEN «00192200M»', 'UEN «197401143C»', 'the company «T01FC6132D» pays'],
    ignored: ['UEN 00192201M', 'UEN 197401143D'],
  },
  'kr-rrn': {
    found: [
      '주민등록번호는 «971013-9019902»입니다',
      'Please process this: «971013-9019902» thanks.',
      '«000505-3637892»',
    ],
    ignored: ['주민등록번호 971313-9019902', '2024 had 9713139019902 of these in all'],
  },
  'kr-frn': {
    found: ['외국인등록번호 «000505-7637892»', '«0509126000012»'],
    ignored: ['외국인등록번호 960111-10214131', '외국인등록번호 001305-7637892'],
  },
  'kr-brn': {
    found: ['사업자등록번호 «116-82-00276»', 'Please process this: «116-82-00276» thanks.'],
    ignored: ['사업자등록번호 116-82-00277'],
  },
  'kr-driving-licence': {
    found: ['My license is «13-22-123456-12»', '운전면허 «28-22-123456-12»'],
    ignored: ['My license is 93-22-123456-12'],
  },
  'kr-passport': {
    found: ['여권번호 «M123A4567»', 'Korean passport «M12345678»'],
    ignored: ['passport M1234567', 'we installed M123A4567 in the lab'],
  },
  'jp-my-number': {
    found: ['マイナンバー: «1234 5678 9018»', 'My Number «123456789018»'],
    ignored: ['マイナンバー: 1234 5678 9019'],
  },
  'jp-passport': {
    found: ['パスポート «TK1234567»'],
    ignored: ['the pump TK1234567 was replaced in the plant'],
  },
  'th-national-id': {
    found: ['เลขประจำตัวประชาชน «1-2345-45678-78-1»', '«2345678901234»'],
    ignored: ['Thai ID 1-2345-45678-78-2', '1284567890124', '1111111111111'],
  },
  'tw-national-id': {
    found: ['身分證字號 «A123456789»', 'Please process this: «A123456789» thanks.'],
    ignored: ['身分證字號 A123456788', '身分證字號 A323456789'],
  },
  'hk-identity-card': {
    found: [
      'HKID «A123456(3)»',
      '身份證 «AB987654(3)»',
      'Please process this: «A123456(3)» thanks.',
    ],
    ignored: ['HKID A123456(4)'],
  },
  'cn-resident-id': {
    found: ['身份证号 «11010519491231002X»', 'Please process this: «11010519491231002x» thanks.'],
    ignored: [
      'the key 110105194912310021 is in use by the second service',
      '身份证号 110105194913310020',
    ],
  },
  'il-national-id': {
    found: ['teudat zehut «039337423»', 'ת.ז. «039337423»'],
    ignored: ['teudat zehut 039337424', 'we shipped 039337423 boxes of it in the last two years'],
  },
  'tr-national-id': {
    found: ['TC Kimlik No: «17291716060»', 'Please process this: «17291716060» thanks.'],
    ignored: ['TC Kimlik No: 17291716050', 'TC Kimlik No: 07291716060'],
  },
  'tr-licence-plate': {
    found: ['Plaka «34 ABC 1234» ve «06 JK 567»', '«81 A 12»', '«34ABC1234»'],
    ignored: ['Plaka 82 ABC 123', 'on 34 abc 12 of the list'],
  },
  'ph-tin': {
    found: ['BIR TIN «000-123-456-001»'],
    ignored: ['he wrote 000-123-456-001 on the board of the room'],
  },
})
