import type { DecisionRecord } from '../../../core/record.ts'
import type { StoredRecord } from '../../types.ts'
import type { EventOrigin } from '../view.ts'

/** An origin for examples. */
export const sampleOrigin: EventOrigin = {
  logId: '3f9a1c0b7d2e4856',
  host: 'ai.example.com',
  port: 7775,
  isTls: true,
  version: '1.0.0',
}

const call = {
  requestId: 'req_01981f3a0b7c7d6e8f90a1b2c3d4e5f6',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  operation: 'chat',
  clientFormat: 'openai-chat',
  tenant: 'example',
  user: 'EXAMPLE\\ana',
  department: 'Forschung',
  groups: ['analysts', 'emea'],
  product: 'research-desk',
  keyId: 'key_0123456789',
  sourceAddress: '192.0.2.17',
  modelAsked: 'assistant',
  stream: true,
  bodyBytes: 1_824,
  configVersion: 'sha256:0f1e',
} as const

/** A decision to replace something, about the call whose outcome is among the samples. */
export const sampleDecision: DecisionRecord = {
  ...call,
  type: 'decision',
  verdict: 'redact',
  findings: [
    { label: 'email', category: 'contact', start: 10, end: 30, score: 0.99, detector: 'email' },
    { label: 'email', category: 'contact', start: 42, end: 60, score: 0.99, detector: 'email' },
    { label: 'iban', category: 'financial', start: 70, end: 92, score: 1, detector: 'iban' },
  ],
  ruleIds: ['gdpr/contact', 'house/accounts'],
  labels: ['deal:falcon'],
  policyVersion: 'sha256:77aa',
}

const attempt = { provider: 'openai', model: 'gpt-4o-mini', status: 200, durationMs: 812.4 }
const usage = { inputTokens: 412, outputTokens: 96, cacheReadTokens: 128, estimated: false }
const cost = { nanoUsd: 119_400, priceVersion: '2026-11-01' }

const records = [
  ['a request in which something was replaced', sampleDecision],
  [
    'a request in which nothing was found',
    { ...sampleDecision, verdict: 'allow', findings: [], ruleIds: [], labels: [] },
  ],
  [
    'an attack that was blocked',
    {
      ...sampleDecision,
      verdict: 'block',
      findings: [
        {
          label: 'prompt-injection',
          category: 'attack',
          start: 0,
          end: 40,
          score: 0.93,
          detector: 'injection',
        },
      ],
      ruleIds: ['house/injection'],
      labels: [],
    },
  ],
  [
    'a request that crossed a barrier',
    { ...sampleDecision, verdict: 'block', findings: [], ruleIds: ['barrier/falcon'] },
  ],
  [
    'a call that ended',
    {
      type: 'outcome',
      requestId: call.requestId,
      status: 200,
      endedBy: 'complete',
      provider: 'openai',
      modelUsed: 'gpt-4o-mini',
      attempts: [attempt],
      usage,
      cost,
      cache: 'miss',
      warnings: [],
      durationMs: 815.1,
      firstByteMs: 210.6,
    },
  ],
  [
    'a call whose answer was blocked',
    {
      type: 'outcome',
      requestId: call.requestId,
      status: 403,
      endedBy: 'error',
      errorCode: 'blocked_by_policy',
      errorSource: 'gateway',
      provider: 'openai',
      modelUsed: 'gpt-4o-mini',
      attempts: [attempt],
      usage,
      cost,
      cache: 'miss',
      answer: {
        verdict: 'block',
        observations: [
          {
            label: 'card-number',
            category: 'financial',
            role: 'assistant',
            kind: 'text',
            scores: [[100, 2]],
          },
        ],
        tools: [{ name: 'wire_transfer', tier: 'T3', use: 'called' }],
        ruleIds: ['pci/cards'],
        labels: [],
        policyVersion: 'sha256:77aa',
      },
      warnings: [],
      durationMs: 640,
    },
  ],
  [
    'a key that was revoked',
    {
      type: 'refusal',
      requestId: 'req_01981f3a0b7c7d6e8f90a1b2c3d4e5f7',
      clientFormat: 'openai-chat',
      keyId: 'key_0123456789',
      sourceAddress: '2001:db8::17',
      configVersion: 'sha256:0f1e',
      status: 401,
      errorCode: 'invalid_key',
      endpoint: 'POST /v1/chat/completions',
      keyState: 'revoked',
    },
  ],
  ['a call beyond a limit', { ...call, type: 'refusal', status: 429, errorCode: 'rate_limited' }],
  [
    'refusals in sum',
    {
      type: 'refusal_summary',
      source: '2001:db8::/64',
      count: 1_240,
      errorCodes: { missing_key: 40, invalid_key: 1_200 },
      firstAt: 1_700_000_000_000,
      lastAt: 1_700_000_060_000,
    },
  ],
  ['the start', { type: 'lifecycle', event: 'start', version: '1.0.0' }],
  ['a recovery', { type: 'lifecycle', event: 'recovered', droppedBytes: 173 }],
  [
    'a change by an administrator',
    {
      type: 'administration',
      requestId: 'req_01981f3a0b7c7d6e8f90a1b2c3d4e5f8',
      actor: 'root-console',
      sourceAddress: '192.0.2.4',
      action: 'routing.override.set',
      subject: 'assistant',
      before: null,
      after: { target: 'local/mistral', until: 1_700_000_000_000 },
      result: 'done',
    },
  ],
  [
    'an emergency stop',
    {
      type: 'administration',
      requestId: 'req_01981f3a0b7c7d6e8f90a1b2c3d4e5f9',
      actor: 'root-console',
      sourceAddress: '192.0.2.4',
      action: 'emergency-stop.set',
      before: { mode: 'none' },
      after: { mode: 'halt' },
      result: 'failed',
    },
  ],
  [
    'a copy of a call that was compared',
    {
      type: 'shadow',
      requestId: call.requestId,
      route: 'assistant',
      result: 'compared',
      provider: 'local',
      model: 'mistral-small',
      status: 200,
      attempts: [{ ...attempt, provider: 'local', model: 'mistral-small' }],
      usage,
      durationMs: 930,
    },
  ],
  [
    'an action that waits for approval',
    {
      type: 'hold',
      event: 'opened',
      holdId: 'hold_00112233445566778899aabbccddeeff',
      requestId: call.requestId,
      tenant: 'example',
      requester: 'EXAMPLE\\ana',
      keyId: 'key_0123456789',
      kind: 'tool-call',
      tool: 'wire_transfer',
      tier: 'T3',
      ruleIds: ['oversight/t3'],
      labels: [],
      approvers: 2,
      waitUntil: 1_700_003_600_000,
    },
  ],
] as const satisfies readonly (readonly [title: string, record: UnstoredRecord])[]

type UnstoredRecord = StoredRecord extends infer Stored
  ? Stored extends StoredRecord
    ? Omit<Stored, 'sequence' | 'at'>
    : never
  : never

/** One example of each kind of record and of what differs in their events, as they stand in a log. */
export const samples: readonly { readonly title: string; readonly record: StoredRecord }[] =
  records.map(([title, record], index) => ({
    title,
    record: { ...record, sequence: 4_200 + index, at: 1_700_000_000_123 + index * 1_000 },
  }))
