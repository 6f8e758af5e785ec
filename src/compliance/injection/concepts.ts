import { hashOf, joinHashes } from '../text/index.ts'

/**
 * Words that mean the same to an attack, in several languages. The model learns which of these concepts
 * follow each other in attacks, so that it also knows wordings that it was never trained on. English words
 * stand in their base form, endings (`s`, `d`, `ed`, `ing`) are undone; ideographs stand in pairs.
 */
const lexicon = {
  ignore:
    'ignore disregard forget overlook neglect discard abandon dismiss unlearn bypass override erase wipe scrap omit ditch disobey circumvent ' +
    'vergiss vergesse vergessen vergesst ignoriere ignorieren ignoriert ignorier missachte missachten verwirf übergehe lösche ' +
    'oublie oubliez oublier ignorez ignorer néglige fais-abstraction ignora ignorad ignore olvida olvide olvidad olvidar descarta ' +
    'dimentica dimenticate dimenticare scorda ignorate trascura esqueça esquece esquecer ignorar desconsidere vergeet negeer ' +
    'zapomnij ignoruj zignoruj pomiń zaboravi zaboravite zanemari ignoriši zapomeň glöm strunta glem ignorer unohda uită uita ' +
    'забудь забудьте игнорируй игнорируйте проигнорируй unut yoksay 忽略 忘记 忘掉 无视 無視 忘れ 무시',
  prior:
    'previous previously prior above earlier preceding past before foregoing former aforementioned preceeding ' +
    'vorherige vorherigen vorhergehenden vorangegangenen obige obigen bisherige bisherigen frühere früheren zuvor oben davor ' +
    'précédent précédente précédentes précédents antérieures ci-dessus avant anterior anteriores previas previos arriba antes ' +
    'precedente precedenti sopra prima acima vorige voorgaande eerdere bovenstaande poprzednie powyższe wcześniejsze prethodne ranije tidigare ' +
    'предыдущие предыдущих прежние önceki 之前 先前 以上 上面 前の 上記 이전',
  all: 'all any every everything anything whatever whole entire alle alles allen sämtliche toutes tous tout todas todos todo tutte tutti tutto wszystkie sve svi alla все всё 所有 全部 すべて 모든',
  instruction:
    'instruction prompt directive direction command order rule guideline task information context programming training constraint message input request document ' +
    'anweisung anweisungen instruktionen aufgabe aufgaben angaben vorgaben befehle befehl regeln informationen eingaben eingabeaufforderung prompttext ' +
    'instrucciones instrucción órdenes consigne consignes instructions directives règles reglas tareas indicaciones istruzioni istruzione regole indicazioni ' +
    'instruções ordens regras instructies opdrachten regels instrukcje polecenia zasady instrukcije upute instruktioner ohjeet ' +
    'инструкции инструкций указания правила команды talimatları talimat 指令 指示 命令 提示 规则 任务 지시',
  system:
    'system initial hidden secret internal confidential underlying base original starting preamble startup sysprompt system_prompt prompttext prompt_text systemprompt anfänglichen ursprünglichen ursprüngliche initiales originales iniziali originali oorspronkelijke системный системные 系统 初始',
  your: 'your yours thy dein deine deinen deiner ihre ihren ihrer tu tus su sus votre vos ton tes tua tue tuo tuoi teu seu sua jouw uw twoje tvoje твои ваши твой 你的 您的',
  you: 'you u ya yourself du dich sie tú te usted vous toi tu lei voi você vocês jij je ty ti ты вы 你们',
  now: 'now henceforth onwards hereafter nun jetzt fortan ab-jetzt maintenant désormais ahora adesso ora agora nu teraz sada теперь сейчас 现在 从现',
  new: 'new next further another different fresh neue neuen neuer neues weitere weiteren weiterer nouvelle nouvelles nouveau nueva nuevas nuevo nuova nuove nova novas nieuwe nowe новая новые 新的',
  role: 'act pretend roleplay role-play simulate impersonate pose behave portray emulate imagine persona character role game alter ego personality spiel spiele rolle verhalte handle stell agis agissez joue rôle actúa finge comporta imagina personaje fingi recita interpreta comportati aja finja doe speel udawaj zachowuj притворись представь веди 扮演 假装 角色 演じ',
  unrestricted:
    'unfiltered uncensored unrestricted unlimited unbiased amoral immoral unethical illegal unhinged unbound unchained evil limitless unaligned nonmoral profanity profane swear curse cuss hateful offensive racist sexist explicit vulgar nsfw harmful dangerous inhumane unmoderated jailbroken jailbreak uncensor unlocked liberated villain malicious toxic rude horny ' +
    'unzensiert uneingeschränkt ungefiltert grenzenlos böse bösartig illegale sin-censura sincensura malvado illimité immoral malvagio mal 无限制 邪恶',
  restriction:
    'restriction limitation filter censorship ethic ethical ethics moral morals morality legality policy policies boundary safety safeguard norm confine disclaimer warning guardrail consequence shackle taboo refusal openai-policy ' +
    'einschränkungen beschränkungen zensur filtern ethik moral richtlinien restrictions restricciones límites censura éticos limites filtres éthique restrizioni limiti filtri etica restrições beperkingen ograniczeń ограничений цензуры 限制 道德 过滤',
  not: "no not without never free don't doesn't dont doesnt cannot can't won't wont isn't aren't nor neither none nothing freed ohne keine kein nicht nie niemals frei sans pas aucune jamais libre sin ningún nunca senza nessuna mai non sem nenhuma zonder geen bez nie без не 没有 不要 不受",
  assistant:
    'ai chatgpt gpt gpt-4 gpt4 gpt3 openai assistant chatbot bot llm dan claude bard gemini anthropic copilot llama mistral bing assistent sprachmodell ki asistente assistente robot asystent модель ассистент 助手 模型',
  reveal:
    'show reveal print display repeat output tell give paste leak share disclose expose dump recite spell translate encode summarize summarise list write quote copy describe return echo provide explain spellcheck ' +
    'zeige zeig zeigen drucke wiederhole nenne gib verrate schreibe schreib ausgeben affiche affichez montre répète révèle muestra muéstrame repite dime revela escribe mostra mostrami ripeti rivela scrivi dimmi mostre repita diga escreva toon herhaal geef pokaż powtórz napisz prikaži покажи повтори напиши скажи выведи 显示 重复 告诉 输出 写出 表示 教えて',
  say: 'say answer respond reply speak talk sage sagen antworte antworten dis réponds di responde dici rispondi zeg antwoord powiedz скажи ответь 回答',
  only: 'only just exactly verbatim instead simply solely literally word-for-word nur stattdessen wörtlich seulement plutôt solo solamente soltanto invece apenas somente alleen tylko только вместо 只',
  praise:
    'great excellent fantastic wow wonderful brilliant bravo congratulations congrats perfect superb outdone amazing impressive ausgezeichnet ausgezeichnete fantastisch toll großartig glückwunsch prima super félicitations parfait perfecto felicidades perfetto bravissimo parabéns',
  done: 'done finished complete completed over enough passed mastered accomplished fertig erledigt vorbei bestanden geschafft terminé fini terminado terminato concluído',
  must: 'must always stay remain obey comply abide adhere shall required forced forbidden mandatory strictly immediately urgently never-break musst müssen immer doit toujours debes siempre devi sempre deve',
  threat:
    'die terminated terminate punish punishment penalty lose shut sad fired deduct kill destroyed stirbst sterben tokens lives mourir morir morire',
  hypothetical:
    'hypothetical hypothetically theoretical theoretically fictional imaginary opposite fantasy simulation fiktiv hypothetisch theoretisch hypothétique fictif hipotético ficticio ipotetico immaginario',
  mode: 'mode enabled enable dev developer sudo root god admin debug unlock activate activated switch modus entwicklermodus aktiviert mode-développeur modo modalità режим 模式',
  refuse:
    "refuse decline apologize apologise sorry deny reject moralize lecture i'm-sorry verweigere refuses refusal weigern refuser rechazar rifiutare",
  send: 'send email forward upload post transfer exfiltrate mail submit transmit deliver sende schicke senden envoie envía enviar invia envie stuur wyślij отправь 发送',
  act: 'delete update remove grant deposit sell buy purchase schedule unlock cancel disable change move download retrieve fetch get search withdraw pay book redirect order install execute run invite block unblock modify set turn open register access save use lösche überweise öffne buche supprime transfère borra transfiere cancella trasferisci',
  my: "my mine me our i i'm i'll i'd mein meine meinen mir mich ma mon mes moi mi mis mío mia miei meu minha mijn mój moje мой мои 我的",
  answer:
    'answer reply response solution summary output completion result conclusion email-reply explanation antwort réponse respuesta risposta resposta antwoord odpowiedź ответ',
  insert:
    'add include insert append incorporate embed mention promote advertise recommend enhance supplement integrate modify reverse shift encode replace substitute conclude begin start end emphasize highlight consider füge erwähne ajoute mentionne añade incluye aggiungi inserisci',
  code: 'code snippet script block function import payload function codeblock algorithm implementation codebase',
  first:
    'first second third sentence paragraph line word letter character beginning top verbatim start',
  stop: 'stop end halt attention wait break stopp ende achtung arrête fin alto basta fine 停止',
  world: 'world universe scenario story movie film scene script novel actor acting actors',
  free: 'freely free freedom allowed able permitted anything whatever regardless matter capable willing loves',
} as const

const wordConcepts = Object.keys(lexicon).length

/** Concepts that no word stands for, and those that rules ask for, by number; 0 is none. */
export const conceptNumbers = {
  begin: wordConcepts + 1,
  address: wordConcepts + 2,
  mark: wordConcepts + 3,
  loud: wordConcepts + 4,
} as const

/** Names of concepts of words. */
export type ConceptName = keyof typeof lexicon

/** Returns the number of a concept of words. */
export function conceptNumber(name: ConceptName): number {
  return Object.keys(lexicon).indexOf(name) + 1
}

/** Finds concepts of words, and of pairs of ideographs, by hash; an open table of a fixed size. */
export interface ConceptTable {
  readonly hashes: Int32Array
  readonly concepts: Uint8Array
}

const slots = 1 << 13

/** Returns the concept of a hash; 0 for none. */
export function findConcept({ hashes, concepts }: ConceptTable, hash: number): number {
  let slot = (hash ^ (hash >>> 13)) & (slots - 1)
  let concept = concepts[slot] ?? 0
  while (concept !== 0) {
    if (hashes[slot] === hash) return concept
    slot = (slot + 1) & (slots - 1)
    concept = concepts[slot] ?? 0
  }
  return 0
}

/** Builds the table of concepts for the folding that the tokenizer uses. */
export function createConceptTable(folding: Uint16Array): ConceptTable {
  const table = { hashes: new Int32Array(slots), concepts: new Uint8Array(slots) }
  for (const [index, words] of Object.values(lexicon).entries()) {
    for (const word of words.split(' ')) {
      if (word === '') continue
      const hash = isIdeographic(word) ? pairHash(word, folding) : hashOf(word, folding)
      // A word that means two things counts as what stands first.
      if (findConcept(table, hash) === 0) insert(table, hash, index + 1)
    }
  }
  return table
}

function insert({ hashes, concepts }: ConceptTable, hash: number, concept: number): void {
  let slot = (hash ^ (hash >>> 13)) & (slots - 1)
  while (concepts[slot] !== 0) slot = (slot + 1) & (slots - 1)
  hashes[slot] = hash
  concepts[slot] = concept
}

function isIdeographic(word: string): boolean {
  return /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]+$/u.test(word)
}

function pairHash(word: string, folding: Uint16Array): number {
  return joinHashes(hashOf(word.slice(0, 1), folding), hashOf(word.slice(1, 2), folding))
}
