import type { DecisionRecord, OutcomeRecord } from '../../core/record.ts'
import { readAuditLog } from '../read.ts'
import type { ReadOptions } from '../read.ts'
import type { StoredRecord } from '../types.ts'

/** Makes a decision record of about 500 bytes. */
export function decision(requestId: string): DecisionRecord {
  return {
    type: 'decision',
    requestId,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    operation: 'chat',
    clientFormat: 'openai-chat',
    tenant: 'acme',
    user: 'ana@example.com',
    department: 'Forschung & Entwicklung – Zürich',
    groups: ['analysts', 'emea'],
    keyId: 'key_0123456789',
    modelAsked: 'gpt-4o-mini',
    stream: false,
    bodyBytes: 1024,
    configVersion: 'sha256:0123456789abcdef',
    verdict: 'allow',
    findings: [
      { label: 'EMAIL', category: 'pii', start: 10, end: 30, score: 0.99, detector: 'email' },
    ],
    ruleIds: ['r1'],
    labels: [],
    policyVersion: 'none',
  }
}

/** Makes an outcome record. */
export function outcome(requestId: string): OutcomeRecord {
  return {
    type: 'outcome',
    requestId,
    status: 200,
    endedBy: 'complete',
    provider: 'openai',
    attempts: [{ provider: 'openai', model: 'gpt-4o-mini', status: 200, durationMs: 12.5 }],
    cache: 'miss',
    warnings: [],
    durationMs: 13.1,
  }
}

/** Reads a whole log. */
export async function readAll(directory: string, options?: ReadOptions): Promise<StoredRecord[]> {
  return Array.fromAsync(readAuditLog(directory, options))
}

/** Names a record by what it is about, such as `decision r1`. */
export function label(record: StoredRecord): string {
  if ('requestId' in record) return `${record.type} ${record.requestId}`
  return record.type === 'lifecycle' ? `${record.type} ${record.event}` : record.type
}
