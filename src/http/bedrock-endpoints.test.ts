import { expect, test } from 'bun:test'
import { findBedrockEndpoint, isBedrockPath } from './bedrock-endpoints.ts'

test.each([
  ['converse', 'bedrock-converse', false],
  ['converse-stream', 'bedrock-converse', true],
  ['invoke', 'bedrock-invoke', false],
  ['invoke-with-response-stream', 'bedrock-invoke', true],
] as const)('the path of %s names format, model and streaming', (action, format, stream) => {
  expect(findBedrockEndpoint(`/bedrock/model/claude/${action}`)).toEqual({
    type: 'call',
    operation: 'chat',
    format,
    methods: ['POST'],
    path: `/model/claude/${action}`,
    target: { model: 'claude', stream },
  })
})

test.each([
  [
    'us.anthropic.claude-3-7-sonnet-20250219-v1%3A0',
    'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
  ],
  ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'],
  [
    'arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fabc',
    'arn:aws:bedrock:us-east-1:1:inference-profile/abc',
  ],
  [
    'arn:aws:bedrock:us-east-1:1:inference-profile/abc',
    'arn:aws:bedrock:us-east-1:1:inference-profile/abc',
  ],
  ['sim-model%3Blatency%3D20', 'sim-model;latency=20'],
  ['100%25', '100%'],
])('the id %s names the model %s', (id, model) => {
  expect(findBedrockEndpoint(`/bedrock/model/${id}/converse`)).toMatchObject({ target: { model } })
})

test.each([
  '/bedrock/model//converse',
  '/bedrock/model/claude',
  '/bedrock/model/claude/constructor',
  '/bedrock/model/%E0%A4%A/converse',
  '/model/claude/converse',
])('there is no endpoint at %s', (path) => {
  expect(findBedrockEndpoint(path)).toBeUndefined()
})

test('errors at Bedrock’s paths are in its dialect', () => {
  expect(isBedrockPath('/bedrock/anything')).toBeTrue()
  expect(isBedrockPath('/v1/messages')).toBeFalse()
})
