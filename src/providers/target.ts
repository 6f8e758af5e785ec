import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import { countTokensLocally } from './count-tokens.ts'
import { startDeadlines } from './deadlines.ts'
import type { Exchange, ExchangeDependencies, Translation } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import { prepareSame, prepareTranslated } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import type { Provider } from './provider.ts'
import { receive } from './receive.ts'

/** Makes a target of a model at a provider: whoever asks it gets the answer in the client's format. */
export function createTarget(
  provider: Provider,
  model: { readonly name: string; readonly weight: number },
  dependencies: ExchangeDependencies,
): Target {
  return {
    provider: provider.name,
    model: model.name,
    weight: model.weight,
    ask(question) {
      const translation = translationFor(provider, question, dependencies)
      const url = provider.url({
        operation: question.call.operation,
        model: model.name,
        path: question.call.path,
        ...(translation === undefined ? {} : { format: translation.provider.name }),
      })
      if (url !== undefined) {
        return ask({ provider, model: model.name, question, translation, dependencies }, url)
      }
      if (question.call.operation === 'count_tokens') {
        return Promise.resolve(countTokensLocally(question, dependencies))
      }
      return Promise.reject(new GatewayError('not_supported'))
    },
  }
}

type Opening = Pick<Exchange, 'provider' | 'model' | 'question' | 'translation' | 'dependencies'>

async function ask(opening: Opening, url: string): Promise<Answer> {
  const { provider, question, dependencies } = opening
  const { call } = question
  const warnings: string[] = []
  const prepared = prepare(opening, warnings)
  const deadlines = startDeadlines(call.signal, dependencies.timeouts)
  const exchange: Exchange = {
    provider,
    question,
    dependencies,
    model: opening.model,
    translation: opening.translation,
    prepared,
    deadlines,
    warnings,
    report: newReport(),
  }
  try {
    const response = await provider.fetch(url, {
      method: call.method,
      headers: requestHeaders(provider, question, prepared.contentType),
      body: call.method === 'POST' ? prepared.body : undefined,
      signal: deadlines.signal,
      redirect: 'manual',
      timeout: false,
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

/** Chat-like operations have a format: the client's own where the provider speaks it. */
function translationFor(
  provider: Provider,
  question: Question,
  dependencies: ExchangeDependencies,
): Translation | undefined {
  const { operation, clientFormat } = question.call
  if (operation !== 'chat' && operation !== 'text_completion') return undefined
  const client = dependencies.clientFormats.get(clientFormat)
  const same = provider.formats.find(({ name }) => name === clientFormat)
  const format = same ?? provider.formats[0]
  if (client === undefined || format === undefined) return undefined
  return { client, provider: format, isSame: same !== undefined }
}

function prepare(opening: Opening, warnings: string[]): Prepared {
  const { provider, model, question, translation } = opening
  if (translation === undefined || translation.isSame) {
    const askUsage = translation !== undefined && provider.asksStreamUsage
    return prepareSame(question, model, { askUsage })
  }
  return prepareTranslated(question, model, {
    client: translation.client,
    provider: translation.provider,
    warn: ({ type, field, detail }) =>
      warnings.push(detail === undefined ? `${type} ${field}` : `${type} ${field}: ${detail}`),
  })
}
