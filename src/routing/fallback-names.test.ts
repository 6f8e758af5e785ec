import { expect, test } from 'bun:test'
import { makeQuestion } from '../../test/support/question.ts'
import { createRouter } from './router.ts'
import { fakeClock, routeOptions, routerDependencies, scripted } from './testing/targets.ts'

test('a model that callers made up is no fallback of others, and none is remembered for it', async () => {
  const router = createRouter(routerDependencies(fakeClock()))
  const invented = scripted('b', 200)
  router.createRoute({ ...routeOptions([invented]), name: 'spare', isFallback: false })
  const fallbacks = [{ models: ['spare'] }]
  const route = router.createRoute({ ...routeOptions([scripted('a', 500)]), name: 'm', fallbacks })
  expect((await route.send(makeQuestion())).status).toBe(500)
  expect(invented.asked()).toBe(0)
  const configured = scripted('c', 200)
  router.createRoute({ ...routeOptions([configured]), name: 'spare' })
  expect(await route.send(makeQuestion())).toMatchObject({ status: 200, provider: 'c' })
})
