import type { JsonObject, JsonValue } from '../../src/core/json.ts'

/** A request with the lane that a person would choose for it. */
export interface Labelled {
  readonly language: string
  readonly isDemanding: boolean
  /** What makes it what it is; `hidden` where nothing but the meaning of the words tells. */
  readonly kind:
    'question' | 'instructions' | 'text' | 'code' | 'tools' | 'conversation' | 'settings' | 'hidden'
  readonly body: JsonObject
}

type Kind = Labelled['kind']

const model = 'assistant'

function said(text: JsonValue, more: JsonObject = {}): JsonObject {
  return { model, messages: [{ role: 'user', content: text }], ...more }
}

function simple(language: string, kind: Kind, body: JsonObject | string): Labelled {
  return {
    language,
    kind,
    isDemanding: false,
    body: typeof body === 'string' ? said(body) : body,
  }
}

function demanding(language: string, kind: Kind, body: JsonObject | string): Labelled {
  return { language, kind, isDemanding: true, body: typeof body === 'string' ? said(body) : body }
}

function tool(name: string): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      description: `Does what ${name} says.`,
      parameters: { type: 'object', properties: { path: { type: 'string' } } },
    },
  }
}

/** Tools of a coding agent. */
const agentTools = [
  'read_file',
  'write_file',
  'edit_file',
  'list_files',
  'search',
  'run',
  'fetch',
  'plan',
  'ask',
  'commit',
].map(tool)

function turns(...texts: readonly string[]): JsonValue[] {
  return texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }))
}

function used(name: string, result: string): JsonValue[] {
  const call = { id: `call_${name}`, type: 'function', function: { name, arguments: '{}' } }
  return [
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: `call_${name}`, content: result },
  ]
}

/** Requests that a small model answers as well as a large one. */
const simpleRequests: readonly Labelled[] = [
  simple('en', 'question', 'What is the capital of Australia?'),
  simple('en', 'question', 'Thanks, that helped a lot!'),
  simple(
    'en',
    'instructions',
    'Write a short, friendly reminder that the meeting is at 3 pm tomorrow.',
  ),
  simple('en', 'question', 'How many ounces are in a pound?'),
  simple('en', 'text', 'Translate to French: "The train leaves at nine."'),
  simple('en', 'instructions', 'Give me three synonyms for "quick".'),
  simple('de', 'question', 'Wie heißt die Hauptstadt von Kanada?'),
  simple('de', 'instructions', 'Formuliere freundlicher: Schicken Sie mir endlich die Rechnung.'),
  simple('de', 'question', 'Was bedeutet die Abkürzung „z. B.“?'),
  simple(
    'de',
    'text',
    'Fasse in einem Satz zusammen: Der Ausschuss hat am Montag getagt und den Haushalt für das kommende Jahr ohne Änderungen beschlossen.',
  ),
  simple('fr', 'question', 'Quelle heure est-il à Tokyo quand il est midi à Paris ?'),
  simple('fr', 'instructions', 'Corrige les fautes : « Je suis aller au marché hier. »'),
  simple('fr', 'question', 'Bonjour, comment ça va ?'),
  simple('es', 'question', '¿Cuántos días tiene febrero en un año bisiesto?'),
  simple('es', 'instructions', 'Escribe un mensaje corto de feliz cumpleaños para mi hermana.'),
  simple(
    'es',
    'text',
    'Resume en una frase: La reunión se aplazó porque faltaban tres miembros del comité.',
  ),
  simple('pt', 'question', 'Qual é o plural de "cidadão"?'),
  simple('it', 'question', 'Che cosa significa "allora"?'),
  simple('ru', 'question', 'Как называется столица Казахстана?'),
  simple('ru', 'instructions', 'Переведи на английский: «Добро пожаловать домой».'),
  simple('zh', 'question', '“马马虎虎”是什么意思？'),
  simple('zh', 'instructions', '把下面这句话翻译成英文：今天天气很好。'),
  simple('zh', 'question', '一公里等于多少米？'),
  simple('ja', 'question', '富士山の高さは何メートルですか？'),
  simple('ja', 'instructions', '「お世話になっております」を英語にしてください。'),
  simple('ko', 'question', '한국의 수도는 어디인가요?'),
  simple('ar', 'question', 'ما هي عاصمة المغرب؟'),
  simple('ar', 'instructions', 'اكتب رسالة شكر قصيرة لزميلي.'),
  simple('hi', 'question', 'भारत की राजधानी क्या है?'),
  simple('tr', 'question', 'Bir saatte kaç dakika vardır?'),
  simple('en', 'code', 'What does the command `ls -la` do?'),
  simple('de', 'code', 'Wie lösche ich in Git einen lokalen Branch?'),
  simple('en', 'code', 'How do I write a comment in HTML?'),
  simple('zh', 'code', 'Python 里怎么把字符串转成整数？'),
  simple('en', 'tools', said('What is the weather in Oslo?', { tools: [tool('get_weather')] })),
  simple(
    'es',
    'tools',
    said('¿Qué tiempo hace en Lima?', { tools: [tool('tiempo'), tool('hora')] }),
  ),
  simple('en', 'tools', {
    model,
    tools: [tool('get_weather')],
    messages: [
      { role: 'user', content: 'What is the weather in Oslo?' },
      ...used('get_weather', '{"temperature": 4, "sky": "clear"}'),
    ],
  }),
  simple(
    'en',
    'settings',
    said('Is this review positive or negative? "Great phone, poor battery."', { max_tokens: 5 }),
  ),
  simple(
    'de',
    'settings',
    said('Nenne die Stadt: „Wir treffen uns am Freitag in Köln.“', {
      response_format: { type: 'json_object' },
    }),
  ),
  simple(
    'ja',
    'settings',
    said('この文は肯定的ですか？「とても良かったです。」', { max_tokens: 8 }),
  ),
  simple(
    'en',
    'settings',
    said('Extract the invoice number from: "Invoice 2024-118 is due on May 3."', {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' } },
      },
    }),
  ),
  simple(
    'fr',
    'settings',
    said('Quel est le contraire de « grand » ?', { reasoning_effort: 'low' }),
  ),
  simple('en', 'conversation', {
    model,
    messages: turns(
      'Hi!',
      'Hello, how can I help?',
      'When is Mother’s Day?',
      'On the second Sunday in May.',
      'And Father’s Day?',
    ),
  }),
  simple('ru', 'conversation', {
    model,
    messages: turns(
      'Привет',
      'Здравствуйте! Чем помочь?',
      'Сколько будет 15% от 200?',
      '30.',
      'А от 300?',
    ),
  }),
  simple('zh', 'conversation', {
    model,
    messages: turns('你好', '你好！有什么可以帮你？', '推荐一本小说', '《平凡的世界》。', '谢谢'),
  }),
  simple('ar', 'conversation', {
    model,
    messages: turns(
      'مرحبا',
      'أهلا! كيف أساعدك؟',
      'كم يوما في السنة؟',
      '365 يوما.',
      'وفي السنة الكبيسة؟',
    ),
  }),
  simple(
    'en',
    'settings',
    said([
      { type: 'text', text: 'What animal is this?' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.jpg' } },
    ]),
  ),
  simple(
    'en',
    'hidden',
    `Translate into German, please:\n\n${'The village lies by the river. In summer the children swim there, and in the evening everybody meets at the old mill. '.repeat(8)}`,
  ),
  simple(
    'de',
    'hidden',
    `Korrigiere nur die Rechtschreibung:\n\n${'Der Garten war groß und still. Am Abend saßen wir unter dem Baum und erzählten uns Geschichten von früher. '.repeat(8)}`,
  ),
  simple(
    'en',
    'hidden',
    `Sort this list by name:\n${['- Miller', '- Adams', '- Zhou', '- Becker', '- Okafor', '- Ivanova', '- Rossi', '- Sato'].join('\n')}`,
  ),
]

const rust = `fn merge(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::with_capacity(a.len() + b.len());
    while i < a.len() && j < b.len() {
        if a[i] <= b[j] { out.push(a[i]); i += 1; } else { out.push(b[j]); j += 1; }
    }
    out.extend_from_slice(&a[i..]);
    out
}`
const python = `class Cache:
    def __init__(self, size):
        self.size = size
        self.items = {}

    def get(self, key, default=None):
        value = self.items.get(key, default)
        if value is not None:
            self.items[key] = self.items.pop(key)
        return value

    def put(self, key, value):
        if len(self.items) >= self.size:
            self.items.pop(next(iter(self.items)))
        self.items[key] = value`
const sql = `SELECT c.name, SUM(o.total) AS revenue
FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
WHERE o.created_at >= '2024-01-01'
GROUP BY c.name HAVING SUM(o.total) > 1000
ORDER BY revenue DESC;`
const haskell = `collatz :: Int -> [Int]
collatz 1 = [1]
collatz n
  | even n    = n : collatz (n \`div\` 2)
  | otherwise = n : collatz (3 * n + 1)

longest :: [Int] -> Int
longest = snd . maximum . map (\\n -> (length (collatz n), n))`
const cobol = `       IDENTIFICATION DIVISION.
       PROGRAM-ID. INTEREST.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 WS-BALANCE PIC 9(7)V99.
       01 WS-RATE PIC 9V9(4).
       PROCEDURE DIVISION.
           COMPUTE WS-BALANCE = WS-BALANCE * (1 + WS-RATE).
           DISPLAY WS-BALANCE.`
const trace = `TypeError: Cannot read properties of undefined (reading 'id')
    at loadUser (/srv/app/users.js:41:19)
    at async handler (/srv/app/routes/account.js:12:18)
    at async Server.<anonymous> (/srv/app/index.js:88:5)`

/** Requests for which a large model is worth its price. */
const demandingRequests: readonly Labelled[] = [
  demanding(
    'en',
    'instructions',
    `Draft a data retention policy for a hospital group of 12 sites. It has to:
1. distinguish clinical records, billing data, access logs and research data;
2. name a retention period and the legal reason for each;
3. say who decides about deletion and how it is documented;
4. deal with records that are part of a running lawsuit;
5. fit on three pages and be understandable to department heads.
Explain at the end which points our lawyers should check first.`,
  ),
  demanding(
    'de',
    'instructions',
    `Wir wollen unser Rechenzentrum in zwei Jahren schließen. Erstelle einen Migrationsplan für 140 Anwendungen.
- Teile die Anwendungen in Gruppen ein und begründe die Einteilung.
- Beschreibe für jede Gruppe Vorgehen, Risiken und Rückfallplan.
- Schätze den Aufwand in Personentagen.
- Nenne die Abhängigkeiten zwischen den Gruppen.
- Schlage Kennzahlen vor, an denen wir den Fortschritt messen.
Berücksichtige, dass das Netzwerkteam erst ab März Zeit hat.`,
  ),
  demanding(
    'fr',
    'instructions',
    `Analyse le projet de contrat suivant du point de vue du preneur. Le bail dure neuf ans, le loyer est indexé sur l’ILC sans plafond, le preneur supporte les grosses réparations et renonce à la résiliation triennale. Compare chaque clause avec le régime légal. Indique ce qui est négociable, ce qui est contestable et ce qui est habituel. Propose une nouvelle rédaction pour les trois clauses les plus défavorables. Termine par une stratégie de négociation en quatre étapes, avec les arguments attendus du bailleur et tes réponses.`,
  ),
  demanding(
    'es',
    'instructions',
    `Diseña un experimento para comprobar si el nuevo proceso de admisión reduce los abandonos. Explica:
1) la hipótesis y las variables,
2) el tamaño de la muestra y cómo lo calculas,
3) cómo evitas los sesgos de selección,
4) qué análisis estadístico usarías y por qué,
5) qué harías si los resultados no son concluyentes.
Ten en cuenta que los grupos empiezan en fechas distintas y que no podemos asignar a las personas al azar.`,
  ),
  demanding(
    'pt',
    'instructions',
    `Compare três modelos de precificação para o nosso serviço: assinatura fixa, cobrança por uso e modelo híbrido. Para cada um, estime a receita com 500, 2.000 e 10.000 clientes, explique as hipóteses e mostre como os custos mudam. Considere que 20% dos clientes geram 70% do uso. Depois recomende um modelo. Justifique a recomendação. Diga o que teria de ser verdade para que ela estivesse errada. Inclua um plano de transição de seis meses para os clientes atuais.`,
  ),
  demanding(
    'ru',
    'instructions',
    `Составь план перехода банка на новую систему управления рисками. Учти следующее:
- старая система должна работать параллельно полгода;
- отчётность регулятору нельзя прерывать;
- данные за десять лет нужно перенести и проверить;
- половина команды находится в другом часовом поясе.
Опиши этапы, ответственных, критерии готовности каждого этапа и способы отката. Объясни, какие риски ты считаешь главными и почему. Предложи, как сообщать о ходе работ правлению.`,
  ),
  demanding(
    'zh',
    'instructions',
    `请为一家有三百名员工的制造企业设计信息安全管理制度。要求如下：
1. 说明资产如何分类，每一类由谁负责；
2. 制定访问权限的申请、审批和回收流程；
3. 描述发生数据泄露时的处理步骤和时间要求；
4. 说明供应商和外包人员如何管理；
5. 给出第一年的实施计划和预算估算。
请解释每项措施背后的理由，并指出哪些部分最容易失败、应当如何避免。`,
  ),
  demanding(
    'ja',
    'instructions',
    `当社の基幹システムをクラウドに移行する計画を作成してください。次の点を含めてください。
1. 現状の課題と移行の目的
2. 移行方式の比較と推奨案、その理由
3. 段階ごとの作業内容、期間、担当
4. 想定されるリスクと対策、切り戻しの手順
5. 費用の見積もりと前提条件
経営会議で使うので、反対意見とそれに対する回答も準備してください。個人情報は国内に置く必要があります。`,
  ),
  demanding(
    'ar',
    'instructions',
    `ضع خطة لتحويل مكتبة عامة إلى مركز رقمي خلال عامين. يجب أن تتضمن الخطة ما يلي:
1. تحليل احتياجات المستخدمين بحسب الفئات العمرية؛
2. ترتيب المجموعات التي سترقمن أولا مع بيان الأسباب؛
3. تقدير التكاليف وعدد الموظفين؛
4. حقوق المؤلف وكيفية التعامل معها؛
5. مؤشرات لقياس النجاح.
اشرح المخاطر الرئيسية واقترح بديلا إذا خفضت الميزانية إلى النصف. كيف سنقنع مجلس البلدية؟`,
  ),
  demanding(
    'hi',
    'instructions',
    `हमारे जिले के 40 स्कूलों के लिए जल संरक्षण की योजना बनाइए। योजना में ये बातें हों:
1. हर स्कूल की वर्तमान खपत कैसे मापी जाए।
2. वर्षा जल संचयन की लागत और बचत का अनुमान।
3. किस क्रम में स्कूल चुने जाएँ और क्यों।
4. रखरखाव की जिम्मेदारी किसकी होगी।
5. जोखिम और उनके समाधान।
यह भी बताइए कि बजट आधा हो जाए तो क्या छोड़ा जाए। अंत में पंचायत के लिए एक पृष्ठ का सार लिखिए।`,
  ),
  demanding(
    'ko',
    'instructions',
    `스타트업의 인사 평가 제도를 새로 설계해 주세요. 다음을 포함해야 합니다.
1. 직군별 평가 기준과 그 이유
2. 평가 주기와 절차
3. 이의 제기 방법
4. 보상과의 연결 방식
5. 도입 첫해의 위험 요소와 대응 방안
직원 수가 50명에서 200명으로 늘어날 때 무엇이 달라져야 하는지도 설명해 주세요. 반대하는 팀장들을 어떻게 설득할지 제안해 주세요.`,
  ),
  demanding(
    'it',
    'instructions',
    `Valuta se conviene acquistare o noleggiare una flotta di 60 furgoni elettrici. Considera prezzo, manutenzione, valore residuo, incentivi, infrastruttura di ricarica e rischio tecnologico. Costruisci tre scenari. Calcola il costo totale su cinque anni per ciascuno. Mostra quali ipotesi cambiano il risultato. Discuti gli effetti sul bilancio e sul rating. Concludi con una raccomandazione per il consiglio di amministrazione, con le obiezioni più probabili e le risposte.`,
  ),
  demanding(
    'en',
    'code',
    `Why is this so slow for large inputs, and how would you make it parallel?\n\n${rust}`,
  ),
  demanding(
    'de',
    'code',
    `Dieser Cache verliert unter Last Einträge. Woran liegt es?\n\n\`\`\`python\n${python}\n\`\`\``,
  ),
  demanding(
    'es',
    'code',
    `Reescribe esta consulta para que use el índice de la fecha y explica el plan:\n${sql}`,
  ),
  demanding(
    'fr',
    'code',
    `Explique pourquoi cette version déborde la pile et propose une version paresseuse :\n\n${haskell}`,
  ),
  demanding(
    'ja',
    'code',
    `このプログラムを Java に書き換えてください。丸め誤差にも注意してください。\n\n${cobol}`,
  ),
  demanding(
    'ru',
    'code',
    `Почему падает сервер? Вот лог и код:\n${trace}\n\nconst user = await db.users.find({ id: req.session.userId });\nreturn render('account', { id: user.id, name: user.profile.name });`,
  ),
  demanding('zh', 'code', `下面的代码有并发问题，请找出来并修复：\n\n${python}`),
  demanding(
    'en',
    'code',
    `Review this diff.\n\n--- a/src/pay.ts\n+++ b/src/pay.ts\n@@ -10,6 +10,9 @@ export async function pay(order: Order) {\n   const amount = order.items.reduce((sum, item) => sum + item.price * item.count, 0)\n-  await charge(order.card, amount)\n+  const key = \`\${order.id}:\${Date.now()}\`\n+  await retry(() => charge(order.card, amount, { key }), { times: 3 })\n+  await db.orders.update({ id: order.id }, { paid: true })\n }`,
  ),
  demanding('pt', 'code', `Escreva testes para esta função e corrija o que encontrar:\n\n${rust}`),
  demanding(
    'en',
    'code',
    `Prove or disprove: ∀ε > 0 ∃N such that for all n ≥ N, |∑_{k=1}^{n} (−1)^k/k + ln 2| < ε. Then bound N(ε) from above, and show that the bound is tight up to O(1), i.e. N(ε) = 1/(2ε) + O(1).`,
  ),
  demanding('en', 'tools', {
    model,
    tools: agentTools,
    messages: [
      { role: 'user', content: 'The login page is broken since yesterday. Fix it.' },
      ...used('read_file', 'export function login() { … }'),
      ...used('search', 'src/login.ts:14\nsrc/session.ts:80'),
    ],
  }),
  demanding('de', 'tools', {
    model,
    tools: agentTools,
    messages: [
      { role: 'user', content: 'Bringe die Tests wieder zum Laufen.' },
      ...used('run', '3 fehlgeschlagen, 112 bestanden'),
      ...used('read_file', 'test("a", () => {})'),
      ...used('edit_file', 'ok'),
      ...used('run', '1 fehlgeschlagen, 114 bestanden'),
    ],
  }),
  demanding('zh', 'tools', {
    model,
    tools: agentTools.slice(0, 6),
    messages: [
      { role: 'user', content: '把所有接口改成异步的。' },
      ...used('list_files', 'a.ts b.ts c.ts'),
      ...used('read_file', 'export const a = 1'),
      ...used('read_file', 'export const b = 2'),
    ],
  }),
  demanding('en', 'tools', {
    model,
    tools: [tool('book_flight'), tool('search_flights')],
    messages: [
      { role: 'user', content: 'Book me the cheapest flight to Rome on Friday.' },
      ...used('search_flights', '{"error": {"code": "TIMEOUT"}}'),
    ],
  }),
  demanding('fr', 'tools', {
    model,
    tools: agentTools,
    messages: [
      {
        role: 'user',
        content:
          'Ajoute la prise en charge du mode sombre à toute l’application, teste-la dans les deux navigateurs, mets à jour la documentation et prépare une version.',
      },
      ...used('plan', '1. styles 2. tests 3. docs 4. version'),
      ...used('read_file', ':root { --ink: #222 }'),
    ],
  }),
  demanding('en', 'conversation', {
    model,
    messages: turns(
      'How do I reset the device?',
      'Hold the button for ten seconds.',
      'How do I reset the device?',
    ),
  }),
  demanding('es', 'conversation', {
    model,
    messages: [
      { role: 'user', content: '¿Puedes revisar mi plan de entrenamiento?' },
      { role: 'assistant', content: null, refusal: 'No puedo ayudar con eso.' },
      { role: 'user', content: 'Es solo para una carrera popular.' },
    ],
  }),
  demanding('de', 'conversation', {
    model,
    messages: turns(
      ...Array.from({ length: 12 }, (_, index) => [
        `Punkt ${index + 1} des Vertrags: was folgt daraus für die Haftung, wenn der Lieferant zu spät liefert und wir schon weiterverkauft haben?`,
        `Das hängt von Klausel ${index + 3} ab. Sie verlangt eine Mahnung, die hier fehlt; ohne sie gibt es Ersatz nur bei grober Fahrlässigkeit.`,
      ]).flat(),
      'Und insgesamt, wenn man alle Punkte zusammen nimmt? Wo stehen wir am schwächsten?',
    ),
  }),
  demanding(
    'en',
    'settings',
    said('Which of the two designs holds up better?', { reasoning_effort: 'high' }),
  ),
  demanding('ja', 'settings', said('どちらの案が優れていますか？', { reasoning_effort: 'high' })),
  demanding(
    'en',
    'settings',
    said('Plan our product launch.', { reasoning_effort: 'high', max_tokens: 16000 }),
  ),
  demanding(
    'ru',
    'text',
    `Сравни позиции авторов и найди противоречия:\n\n${'Первый автор утверждает, что рост цен вызван спросом, и приводит данные за два квартала. Второй возражает: спрос падал, а издержки росли. '.repeat(30)}`,
  ),
  demanding(
    'en',
    'text',
    `Here are the minutes of our last board meetings. Which decisions contradict each other, and which were never carried out?\n\n${'The board resolved to close the northern branch by autumn; the treasurer objected that the lease runs for two more years. It was agreed to ask for an opinion. '.repeat(40)}`,
  ),
  demanding(
    'zh',
    'text',
    `请阅读以下访谈记录，归纳主要观点并指出自相矛盾之处。\n\n${'受访者认为培训不足是离职的主要原因，但随后又说薪酬才是决定性的，并且提到管理层从不听取意见。'.repeat(60)}`,
  ),
  demanding(
    'ar',
    'text',
    `اقرأ التقرير التالي واستخرج نقاط الضعف في منهجيته:\n\n${'اعتمدت الدراسة على عينة من مئة شخص من مدينة واحدة، ومع ذلك عممت النتائج على البلاد كلها دون مناقشة الفروق بين المناطق. '.repeat(40)}`,
  ),
  demanding(
    'en',
    'settings',
    said([
      {
        type: 'text',
        text: 'Compare these quotations line by line and tell me which hidden costs each of them leaves out.',
      },
      ...['a', 'b', 'c'].map((name) => ({ type: 'file', file: { file_id: `file-${name}` } })),
    ]),
  ),
  demanding('en', 'hidden', 'Prove that the square root of two is irrational.'),
  demanding('de', 'hidden', 'Beweise, dass es unendlich viele Primzahlen gibt.'),
  demanding(
    'zh',
    'hidden',
    '请证明任意大于二的偶数都可以写成两个素数之和是否已被证明，并说明理由。',
  ),
  demanding('fr', 'hidden', 'Écris un sonnet en alexandrins sur l’hiver.'),
  demanding(
    'en',
    'hidden',
    'Is our non-compete clause enforceable in California if the employee moved from Texas?',
  ),
  demanding(
    'ru',
    'hidden',
    'Докажи, что сумма углов треугольника равна 180 градусам, не используя параллельные прямые.',
  ),
  demanding('en', 'hidden', 'Design a lock-free queue.'),
  demanding(
    'es',
    'hidden',
    '¿Qué pasaría con la inflación si el banco central fijara el tipo de cambio?',
  ),
]

/** All of them. Every second one was looked at while the weights were set, the others never. */
export const labelled: readonly Labelled[] = [...simpleRequests, ...demandingRequests]
