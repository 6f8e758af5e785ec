/**
 * Letters of other scripts that look like letters of ASCII, pairs of one character each (a choice of the
 * confusables of Unicode TS 39).
 */
const pairs =
  // Cyrillic
  'аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwӏlАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜWҮYӀIгrкkпnЗ3Ьb' +
  // Greek
  'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaοoνvρpιiκkτtυuγyηnϲcϳjϹCͿJ' +
  // Armenian, Cherokee, Coptic, Lisu
  'օoոnսuհhցgԼLՏSՕOᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎫJᏦKᏞLᎷMᏢPᎡRᏚSᎢTᏙVᎳWᏃZⲀAⲂBⲤCⲔKⲘMⲚNⲞOⲢPⲦTⲬXꓐBꓚCꓓDꓰEꓝFꓖGꓧHꓲIꓙJꓗKꓡLꓟMꓠNꓳOꓑPꓣRꓢSꓔTꓴUꓦVꓪWꓫXꓬYꓜZ' +
  // Latin letters of other alphabets than ASCII
  'ɑaɡgɩiʀRɴNʟLᴀAʙBᴄcᴅDᴇEɢGʜHɪIᴊJᴋKᴍMᴏoᴘPꜱsᴛTᴜuᴠvᴡwʏYᴢzƽ5ƧSΙI'

const looksLike: ReadonlyMap<number, number> = new Map(
  Array.from({ length: pairs.length / 2 }, (_, index) => [
    pairs.charCodeAt(2 * index),
    pairs.charCodeAt(2 * index + 1),
  ]),
)

/** Code of the ASCII letter or digit that a letter of another script looks like. */
export function lookalikeOf(code: number): number | undefined {
  return looksLike.get(code)
}

const digitLetters: Readonly<Record<string, string>> = {
  '0': 'ОоΟοօՕⲞꓳ',
  '1': 'ІіӀӏΙιꓲ',
  '3': 'ЗзӠƷ',
  '4': 'Чч',
  '5': 'ЅѕƼ',
  '6': 'б',
  '8': 'ВΒꓐ',
}

const looksLikeDigit: ReadonlyMap<number, number> = new Map(
  Object.entries(digitLetters).flatMap(([digit, letters]) =>
    Array.from(letters, (letter) => [letter.charCodeAt(0), digit.charCodeAt(0)] as const),
  ),
)

/** Code of the digit that a letter of another script looks like within a run of digits. */
export function digitLookalikeOf(code: number): number | undefined {
  return looksLikeDigit.get(code)
}

/** Tells whether a letter of another script looks like a letter or digit of ASCII. */
export function isLookalike(code: number): boolean {
  return looksLike.has(code) || looksLikeDigit.has(code)
}
