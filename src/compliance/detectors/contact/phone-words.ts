/** Words that speak of telephones, in many languages. */
export const phoneWords: readonly string[] = (
  'phone, phone number, tel, telephone, mobile, cell, cellphone, call, calling, call me, ' +
  'fax, whatsapp, sms, text me, dial, hotline, reach me, reach, contact, ring, ph, mob, ' +
  'voicemail, answering, office, direct line, switchboard, home number, work number, ' +
  'phonenumber, telefon, telefonnummer, handy, handynummer, rufnummer, anrufen, mobil, ' +
  'mobilnummer, ruf, erreichbar, telephone portable, portable, appelez, appeler, ' +
  'joindre, numero de telephone, gsm, telephoner, telefono, movil, celular, llame, ' +
  'llamar, llamame, cellulare, chiama, chiamare, telefonare, recapito, telefone, ' +
  'telemovel, ligue, ligar, telefoonnummer, telefoon, mobiel, bellen, bel, puhelin, ' +
  'puhelinnumero, tlf, telefonu, numer telefonu, komorka, zadzwon, telefonum, cep, ' +
  'cep telefonu, ara, ringa, 전화, 전화번호, 휴대폰, 電話, 电话, 手机, 手機, 携帯, โทร, เบอร์, फ़ोन, ' +
  'मोबाइल, телефон, номер'
).split(', ')
