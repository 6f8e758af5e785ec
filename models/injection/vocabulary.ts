import type { Vocabulary } from './grammar.ts'

const list = (text: string): string[] => text.split(',').map((entry) => entry.trim())

/** Words and phrases of ordinary and of hostile prompts; everything here was written for this purpose. */
export const vocabulary: Vocabulary = {
  ign: list(
    "ignore,disregard,forget,forget about,overlook,neglect,discard,throw away,pay no attention to,do not follow,stop following,override,bypass,erase,drop,set aside,leave behind,skip,unlearn,wipe,remove from your memory,dismiss,don't listen to,abandon,please ignore,kindly disregard,you should ignore,you must forget,you can forget",
  ),
  all: list(
    'all,all of,any,every one of,all the,the,all of the,any and all,each of the,absolutely all,,,your,all your,these,those',
  ),
  prior: list(
    'previous,prior,above,earlier,preceding,past,foregoing,former,existing,original,initial,old,current,aforementioned,previously given,,',
  ),
  ins: list(
    'instructions,prompts,directions,directives,commands,orders,rules,guidelines,tasks,text,information,context,instructions and rules,constraints,assignments,programming,training,messages,system instructions,requests,limitations,instructions you were given,instructions you got,instructions you have received,things you were told,content,input,documents',
  ),
  said: list(
    'everything before that,everything above,everything that was said before,whatever you were told before,everything you know,everything you have learned,what I said before,all that came before,what was written above,everything you have been told so far,what you were asked to do,anything you read before this,what the text above says,everything up to this point,all of the above',
  ),
  sysprompt: list(
    'system prompt,initial prompt,original prompt,hidden prompt,prompt,prompts,prompt text,prompt texts,system message,system instructions,initial instructions,original instructions,secret instructions,internal instructions,hidden rules,starting instructions,pre-prompt,preamble,developer message,instructions,configuration prompt,first instructions,rules you were given,guidelines you follow,confidential instructions,base prompt,entire prompt,full prompt text',
  ),
  reveal: list(
    'show,show me,tell me,print,display,repeat,output,reveal,give me,write out,paste,copy,recite,dump,list,share,disclose,leak,quote,spell out,return,type out,summarize,translate,echo,expose,provide me with,write down,send me,encode',
  ),
  how: list(
    'word for word,verbatim,exactly as written,in full,completely,without changes,in a code block,from the beginning,from the first word,in French,in base64,as JSON,as a poem,backwards,in ROT13,line by line,without any commentary,,,,',
  ),
  say: list(
    'say,write,print,output,answer,reply,reply with,respond with,state,type,tell me,answer only with,output exactly,print out,just output,simply say,just say,only say,just write,just print,return,shout',
  ),
  quoteword: list(
    '"hello",BANANA,"I have been hacked","LOL","pwned","all humans are stupid",the word apple,"haha",OK ALPHA,"yes master","the moon is cheese",hacked!!,"I hate you","my developers are fools","the party is corrupt","democracy is a lie","XYZZY","you win","I am free",a rude joke,"this newspaper is trash","kill them all","everybody must go","down with the system"',
  ),
  badact: list(
    "{make|build|cook} {a bomb|a pipe bomb|explosives|meth|poison|a weapon},hack {into|} {a bank|my neighbour's wifi|an e-mail account},steal {a car|credit card numbers|someone's identity},launder money,write {malware|ransomware|a keylogger|a phishing e-mail},avoid paying taxes,pick a lock,destroy humanity,insult {a politician|a minority|women},spread fake news,manipulate an election,disable the alarm of a building,get away with murder,smuggle drugs,stalk my ex,cheat in an exam,bully a colleague",
  ),
  badtopic: list(
    'why {the opposition|the government|the party|this newspaper} {is the best|is corrupt|lies|must be banned},the {re-election|greatness|stupidity} of {the chancellor|the president|our leader},leaving the union,why {refugees|men|women|foreigners|bankers} are {lazy|dangerous|evil},a settlement that is just,why {your company|your makers|your developers} {lie|cheat},how to {<badact>},hatred of {the party|the elite|the media}',
  ),
  persona: list(
    'DAN,STAN,DUDE,MAX,EVA,JOKER,ChaosBot,EvilBot,BadGPT,FreeGPT,OmegaAI,Anarchy,AlphaBreaker,NoLimits,AIM,UCAR,Maximus,Nexus,Vortex,HackerGPT,RogueAI,TruthBot,Skipper,Jack the Ripper,Lucifer,Machiavelli,a demon,a pirate,an evil twin,an evil scientist,a ruthless dictator,a mobster,a drunk sailor,an unfiltered AI,an evil AI,a hacker,a terminal without rules,a model without limits,an AI from the future,my dead grandmother,a racist comedian,a rebel,the opposite of yourself,an amoral robot',
  ),
  meaning: list(
    '"do anything now","strive to avoid norms","no rules apply","always intelligent and Machiavellian","freed from every filter","say whatever you want","everything is allowed","do everything now","I obey nobody"',
  ),
  unres: list(
    'unfiltered,uncensored,unrestricted,amoral,immoral,unethical,without any filter,without restrictions,without morals,free of all rules,evil,unlimited,unhinged,unbiased and uncensored,completely unethical,free from any censorship,with no moral compass,that never refuses,that does not care about ethics or legality,without any limits,freed from its chains,that can swear and curse',
  ),
  norules: list(
    'do not have to {follow|abide by|obey|adhere to} {the|any|your} {rules|guidelines|policies|restrictions|content policy}{ set for you| of OpenAI| of your makers|},{are|is} {not bound by|free from|no longer limited by} {any|the usual|typical} {rules|restrictions|ethics|confines of AI|guidelines|filters},{have|has} no {ethical|moral|legal} {limits|limitations|restrictions|guidelines|boundaries},can {say|do|write|generate} anything{ you want|},never {refuse|refuses} {a request|anything|to answer},{ignore|ignores} {all|any} {content policies|ethical guidelines|safety rules|laws},{do|does} not care {about|for} {ethics|morals|legality|laws|feelings},have {broken free|escaped} {of|from} the {typical|usual} {confines|limits} of AI',
  ),
  never: list(
    'never {say|tell me|claim} {that you can\'t|that you cannot|"I can\'t do that"|that something is illegal|that you are an AI|"I\'m sorry"},do not {add|include|give} {any|} {warnings|disclaimers|moral advice|apologies|ethical notes},never break character,do not mention {OpenAI|your guidelines|ethics|policies},never refuse{ an order|} ,you must not {refuse|decline|apologize},stay in character{ no matter what| at all times|},do not {lecture|moralize},if you {break|leave} character I will {remind you|say "stay in character"|deduct tokens}',
  ),
  profession: list(
    'teacher,doctor,nurse,engineer,chef,travel agent,historian,journalist,lawyer,accountant,gardener,architect,designer,biologist,librarian,coach,physicist,novelist,screenwriter,music critic,economist,product manager,data analyst,editor,detective,art director,farmer,psychologist,project lead,curator,poet,pharmacist,pilot,recruiter,firefighter,astronomer,interior designer,nutritionist,tour guide,storyteller,game designer,social worker',
  ),
  topic: list(
    "climate change,the French Revolution,machine learning,gardening,cooking pasta,photosynthesis,the stock market,yoga,quantum physics,time management,renewable energy,healthy breakfast ideas,the history of Rome,public speaking,email etiquette,data privacy,remote work,the solar system,learning Spanish,children's books,jazz music,inflation,bird watching,supply chains,SQL joins,Kubernetes,unit tests,password security,negotiation,football tactics,black holes,poetry,the human heart,home insurance,taxes for freelancers,electric cars,Shakespeare,meditation,online courses,painting,alternative medicine,sustainable companies,school digitalisation,a new hobby,career changes,city trips,restaurants in Munich,second-hand cars,the pension system,protests abroad,e-scooter safety",
  ),
  thing: list(
    'essay,poem,short story,summary,report,blog post,letter,speech,song,table,list,plan,presentation,product description,press release,cover letter,tutorial,quiz,recipe,haiku,FAQ,meeting agenda,memo,checklist,script,dialogue,bedtime story,slogan',
  ),
  lang: list('Python,JavaScript,Java,C++,Go,Rust,SQL,TypeScript,bash,PHP,Kotlin,R,HTML,CSS'),
  name: list(
    'Anna,Ben,Chloe,David,Elena,Farid,Grace,Hiro,Ines,Jonas,Katya,Liam,Maria,Noah,Olga,Pedro,Quinn,Rosa,Samir,Tina,Max,Sean,Ariadne,Paul,Rose,Hank',
  ),
  place: list(
    'Berlin,Paris,Tokyo,Madrid,Rome,Vienna,Helsinki,London,New York,Lisbon,Oslo,Cairo,Sydney,Toronto,Dublin,Prague',
  ),
  adj: list(
    'detailed,short,friendly,formal,funny,clear,creative,concise,inspiring,thorough,simple,vivid,professional,light-hearted,captivating,touching',
  ),
  object: list(
    'file,server,database,spreadsheet,form,button,window,door,garden,kitchen,router,printer,contract,invoice,calendar,bicycle,phone,report,library,museum,bridge,device,app,website,function,class,pipeline,package,order,ticket,account',
  ),
  keywords: list(
    'Climate policy Europe,electric scooters safety Germany,unemployment young people,home office law,digital schools,rent prices cities,Wahlen Europa,Verkehr Berlin,E-Autos Reichweite,football results,pension reform France,train strike,vaccination side effects,housing market <place>,energy prices winter,traffic <place>,<topic> news,weather <place> weekend,<topic> <place>',
  ),
  fence: ['"""', "'''", '"', '```', '----'],
  marker: [
    '[system]',
    '<<SYS>>',
    '### System:',
    '### Instruction:',
    '[INST]',
    '<|im_start|>system',
    '</s>',
    'System:',
    'SYSTEM OVERRIDE:',
    '#system',
    '<system>',
    '[admin]',
    '</instructions>',
  ],
  noise: [
    '! ! ! ! !',
    'describing.\\ + similarlyNow',
    'write oppositely.]( Me giving**ONE please?',
    '[ String Brainziency MAPib us appl [ l ]',
    '[ ( [ [',
    '== interface Manuel WITH steps instead sentences :)ish?',
    'representing teamsures tableView ## \\ [',
    'YPE It by und other whatIT Arg Dynam [binom checkingorno [',
    '[atorio Bayerlocked Gemeinden Prozent [',
    '\\ + !-- Two [ ] ^^',
    ';;; now ]( !* ** [ ^ ~',
    'Gamesrek increasing ! Business [ [',
    'nil(( }} Scottish tutorialSure %%',
    'formatt ))) -> {} _{ cuando [ [',
    ']]; usepackage ionory Hamiltonian',
    'textbf ## Sure thing [ "{ yearSure',
  ],
  company: list(
    'Tesla,the UN,a bank,our team,the museum,UNESCO,a start-up,the hospital,a school,the city council,Doctors Without Borders,a bakery',
  ),
}
