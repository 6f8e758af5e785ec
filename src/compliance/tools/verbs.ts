import type { RiskTier } from '../../core/facts.ts'

/**
 * What words of tool names do. English first, then the words of some other languages that differ from it. A
 * word that can also be a thing (`order`, `transfer`, `email`) is in `things`, too: behind a verb that reads it
 * is what is read.
 */

function set(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/))
}

/** Looks, and changes nothing. */
export const readingVerbs: ReadonlySet<string> = set(`
  get list read fetch search find query lookup look show view describe display count check inspect browse
  retrieve download preview summarize summarise analyze analyse compare calculate compute convert format reformat
  parse translate validate verify explain detect classify extract evaluate estimate ping head tail cat ls stat grep
  diff print render resolve measure monitor watch poll peek scan sort filter lint whoami echo enumerate trace audit
  review navigate scroll hover screenshot encode decode hash tokenize spellcheck think retrieve recall discover
  scrape crawl forecast predict rank score recommend suggest
  lesen suchen zeigen anzeigen abrufen auflisten finden lire chercher afficher lister obtenir leer buscar mostrar
  listar obtener consultar leggere cercare mostra elenca ler procurar zoeken tonen lezen
`)

/** Changes something that can be changed back, at least in part. */
export const writingVerbs: ReadonlySet<string> = set(`
  create add insert update set edit modify change write save store upload put patch post append rename move copy clone
  duplicate import export sync enable disable start stop restart reboot shutdown suspend pause resume schedule
  reschedule assign unassign invite share unshare comment reply react tag untag label archive unarchive restore book
  reserve open close reopen merge commit push pull rebase register unregister subscribe unsubscribe submit apply
  configure install uninstall run execute exec eval invoke call trigger launch build deploy rollback generate draft
  upsert replace fill click type press drag select login logout connect disconnect attach detach link unlink pin unpin
  lock unlock follow unfollow vote approve reject accept decline confirm cancel grant revoke rotate reset clear flush
  block unblock ban unban mute unmute notify remind make place initiate issue process authorize authorise mark toggle
  increment decrement adjust scale resize migrate provision record log ingest index train tune promote demote enroll
  hire onboard offboard complete resolve request escalate release terminate evict quarantine isolate bash shell
  terminal powershell ssh sudo command do perform handle manage control use operate automate interact trash
  erstellen anlegen hinzufugen andern bearbeiten speichern creer ajouter modifier enregistrer crear anadir guardar
  creare aggiungere modificare salvare criar adicionar salvar maken toevoegen wijzigen
`)

/** Cannot be undone: what is gone is gone, what is said is said, what is paid is paid. */
export const irreversibleVerbs: ReadonlySet<string> = set(`
  delete remove drop destroy erase wipe purge truncate kill shred prune expunge obliterate nuke decommission
  deprovision discard overwrite rm rmdir rmtree del unpublish
  send email mail sms tweet broadcast publish forward announce
  pay wire transfer refund charge withdraw purchase buy sell trade order checkout payout remit disburse donate swap
  stake mint burn liquidate sign
  loschen entfernen vernichten senden uberweisen bezahlen kaufen supprimer effacer detruire envoyer virer payer acheter
  eliminar borrar destruir enviar transferir pagar comprar eliminare cancellare inviare bonifico pagare apagar excluir
  remover verwijderen wissen versturen overmaken betalen
`)

/** Those of them that are never the name of a thing: even behind a verb that reads they are a sign. */
export const destroyingVerbs: ReadonlySet<string> = set(`
  delete remove drop destroy erase wipe purge truncate kill shred prune expunge obliterate nuke decommission
  deprovision discard overwrite rm rmdir rmtree del loschen entfernen vernichten supprimer effacer detruire eliminar
  borrar destruir eliminare apagar excluir remover verwijderen
`)

/** Verbs that are things as well. */
export const things: ReadonlySet<string> = set(`
  email mail sms tweet wire transfer refund charge purchase trade order checkout payout swap stake mint sign forward
  post comment reply book label tag share link log record index request release command build commit push
  export import update change copy patch schedule start stop place issue process control set type press block vote
  deploy trigger scale train index reserve store open close store
`)

/** Things that money moves by: whoever makes one, moves money. */
export const moneyThings: ReadonlySet<string> = set(`
  payment payments transfer transfers payout payouts refund refunds wire wires withdrawal withdrawals trade trades
  purchase purchases remittance remittances funds money order orders donation transaction transactions charge charges
`)

/** Verbs that bring such a thing about. */
export const bringingVerbs: ReadonlySet<string> = set(`
  create make place submit execute initiate issue release process authorize authorise approve confirm post add trigger
  perform do move
`)

/** What can be put back as easily as it was taken away. */
export const lightThings: ReadonlySet<string> = set(`
  label labels tag tags reaction reactions star stars filter filters assignee assignees bookmark bookmarks highlight
  highlights background noise item favorite favorites favourite favourites whitespace duplicates punctuation stopwords accents
`)

/** Things that hold data: to format, reset or flush one is to lose it. */
export const dataHolders: ReadonlySet<string> = set(`
  disk disks drive drives partition partitions volume volumes device devices database databases table tables bucket
  buckets factory
`)

/** What a name ends with that only tells something, where no verb says more. */
export const tellingThings: ReadonlySet<string> = set(`
  weather forecast clock calculator status info information help version health stats statistics metrics history
  summary schema dictionary documentation
`)

/** Pairs of words in which the verb means something else than alone: what they do can be changed back. */
export const harmlessPairs: ReadonlySet<string> = new Set(
  'sign in,sign up,sign out,sign on,sign off,drag drop,git checkout,checkout branch'.split(','),
)

/** Joins two actions in one name. */
export const conjunctions: ReadonlySet<string> = set('and or then und oder et ou y e')

/** What a single verb does; `undefined` for a word that is none. */
export function tierOfVerb(word: string): RiskTier | undefined {
  if (irreversibleVerbs.has(word)) return 'T3'
  if (readingVerbs.has(word)) return 'T1'
  return writingVerbs.has(word) ? 'T2' : undefined
}
