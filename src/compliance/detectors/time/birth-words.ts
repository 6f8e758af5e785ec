/** Words that speak of a birth, in many languages. */
export const birthWords: readonly string[] = (
  'born, born on, dob, d o b, date of birth, birth date, birthdate, birthday, birth, ' +
  'dateofbirth, geboren, geburtsdatum, geb, geburtstag, ne le, nee le, ne e le, ' +
  'date de naissance, naissance, nacido, nacida, fecha de nacimiento, nacimiento, nato, ' +
  'nata, data di nascita, nascita, nascido, nascida, data de nascimento, nascimento, ' +
  'geboortedatum, fodd, fodt, syntynyt, urodzony, urodzona, data urodzenia, 생년월일, 生年月日, ' +
  '出生日期'
).split(', ')
