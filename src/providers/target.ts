import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Target } from '../core/target.ts'
import { hasSignedCalls, withoutCallSignatures } from '../formats/index.ts'
import { askConverted } from './ask-converted.ts'
import { continued, resumedOf } from './continue.ts'
import { convertibleFor } from './convert.ts'
import { countTokensLocally } from './count-tokens.ts'
import { startDeadlines } from './deadlines.ts'
import type { Timeouts } from './deadlines.ts'
import { collectIn } from './exchange.ts'
import type { Exchange, ExchangeDependencies, Translation } from './exchange.ts'
import { canLengthenContext } from './headers.ts'
import { namingModel } from './name-model.ts'
import { membersOfPath } from './path-members.ts'
import { prepareSame, prepareTranslated } from './prepare.ts'
import type { BodyMembers, Prepared } from './prepare.ts'
import type { EndpointRequest, Provider } from './provider.ts'
import { receive } from './receive.ts'
import { send } from './send.ts'
import type { Opening } from './send.ts'

/** Makes a target of a model at a provider: whoever asks it gets the answer in the client's format. */
export function createTarget(
  provider: Provider,
  model: Pick<Target, 'weight' | 'region' | 'perimeter'> & { readonly name: string },
  dependencies: ExchangeDependencies,
): Target {
  const offered = provider.formatsFor?.(model.name) ?? provider.formats
  const formats = offered.map((format) => namingModel(format, model.name))
  return {
    provider: provider.name,
    model: model.name,
    weight: model.weight,
    region: model.region ?? provider.region,
    perimeter: model.perimeter ?? provider.perimeter,
    ask(question, options) {
      const translation = translationFor(formats, question, dependencies)
      const convertible = convertibleFor(provider, question, { model: model.name, ...dependencies })
      const endpoint: EndpointRequest = {
        operation: question.call.operation,
        model: model.name,
        path: convertible?.path ?? question.call.path,
        stream: question.stream,
        headers: question.call.headers,
        ...(translation === undefined ? {} : { format: translation.provider.name }),
      }
      const isTaken = convertible !== undefined || canTake(formats, question)
      const url = isTaken ? provider.url(endpoint) : undefined
      if (url !== undefined) {
        const common = { provider, endpoint, question, translation, dependencies }
        const opening = { ...common, model: model.name, options }
        if (convertible === undefined) return ask(opening, url)
        return askConverted(opening, { ...convertible, url, timeouts: timeoutsFor(opening) })
      }
      if (question.call.operation === 'count_tokens') {
        return Promise.resolve(countTokensLocally(question, dependencies))
      }
      return Promise.reject(new GatewayError('not_supported'))
    },
  }
}

async function ask(opening: Opening, url: string): Promise<Answer> {
  const { provider, question, options } = opening
  const { call } = question
  const warnings: string[] = []
  const prepared = prepare(opening, warnings)
  const timeouts = timeoutsFor(opening)
  const deadlines = startDeadlines(
    options?.signal ?? call.signal,
    timeouts,
    opening.dependencies.alarms,
  )
  const exchange: Exchange = {
    provider,
    question,
    dependencies: opening.dependencies,
    model: opening.model,
    translation: opening.translation,
    prepared,
    deadlines,
    warnings,
    report: newReport(),
    options,
  }
  try {
    const response = await send({
      provider,
      question,
      deadlines,
      url,
      body: prepared.body,
      contentType: prepared.contentType,
      connectTimeoutMs: timeouts.connectTimeoutMs,
    })
    const answer = await receive(exchange, response)
    if (!isStreamed(answer.body)) deadlines[Symbol.dispose]()
    return answer
  } catch (error) {
    const failure = deadlines.explain(error)
    deadlines.cancel()
    throw failure
  }
}

/** Returns the deadlines of an attempt: only a stream has a first word, and little time may be left. */
function timeoutsFor({ question, dependencies, options }: Opening): Timeouts {
  const { timeouts } = dependencies
  const hasFirstToken = question.stream || timeouts.firstTokenTimeoutMs === undefined
  if (hasFirstToken && options?.totalTimeoutMs === undefined) return timeouts
  return {
    ...timeouts,
    firstTokenTimeoutMs: question.stream ? timeouts.firstTokenTimeoutMs : undefined,
    totalTimeoutMs: options?.totalTimeoutMs ?? timeouts.totalTimeoutMs,
  }
}

/** Tokens are counted in the client's own dialect or not at all: what it asks is not translated. */
function canTake(formats: Provider['formats'], { call }: Question): boolean {
  return call.operation !== 'count_tokens' || formats.some(({ name }) => name === call.clientFormat)
}

/** Chat-like operations have a format: the client's own where the provider speaks it. */
function translationFor(
  formats: Provider['formats'],
  question: Question,
  dependencies: ExchangeDependencies,
): Translation | undefined {
  const { operation, clientFormat } = question.call
  if (operation !== 'chat' && operation !== 'text_completion') return undefined
  const client = dependencies.clientFormats.get(clientFormat)
  const same = formats.find(({ name }) => name === clientFormat)
  const format = same ?? formats[0]
  if (client === undefined || format === undefined) return undefined
  return { client, provider: format, isSame: same !== undefined }
}

function prepare(opening: Opening, warnings: string[]): Prepared {
  const prepared = prepareBody(opening, warnings)
  const { translation, question } = opening
  const isGemini = translation?.provider.name.startsWith('gemini') !== false
  const asked = question.body.text
  if (isGemini || asked === undefined || !hasSignedCalls(asked)) return prepared
  const body = typeof prepared.body === 'string' ? prepared.body : asked
  return { ...prepared, body: withoutCallSignatures(body) }
}

function prepareBody(opening: Opening, warnings: string[]): Prepared {
  const { provider, model, endpoint, question, translation } = opening
  const warn = collectIn(warnings)
  const membersOf = (body: JsonObject, warnOf = warn): BodyMembers => ({
    ...membersOfPath(question, translation, model),
    ...provider.bodyMembers?.(endpoint, body, warnOf),
  })
  if (question.longContext === true && !canLengthenContext(provider)) {
    warnings.push('dropped model: the suffix [1m]')
  }
  const resumed = resumedOf(opening.options?.resume)
  if (translation === undefined || (translation.isSame && resumed === undefined)) {
    const askUsage = translation?.provider.tellsUsageWhenAsked === true && provider.asksStreamUsage
    const namesModel = translation?.provider.namesModelInPath !== true
    const { json = {} } = question.body
    const adopted = translation?.provider.withoutForeign?.(json, { model, warn })
    return prepareSame(question, namesModel ? model : question.model, {
      askUsage,
      members: { ...adopted, ...membersOf(json) },
    })
  }
  return prepareTranslated(question, model, {
    client: translation.client,
    provider: translation.provider,
    membersOf,
    warn,
    revise: resumed && ((request) => continued(request, resumed)),
  })
}
