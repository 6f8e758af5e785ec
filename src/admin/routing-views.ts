import type { JsonObject } from '../core/json.ts'
import type {
  FallbackChain,
  LaneSummary,
  Override,
  ProviderPerformance,
  ShadowSummary,
  TargetStatus,
} from '../routing/index.ts'

/** Shows an override as the admin API tells of it. */
export function showOverride({ provider, setBy, setAt, expiresAt }: Override): JsonObject {
  return { provider, set_by: setBy, set_at: timeText(setAt), expires_at: timeText(expiresAt) }
}

/** Shows a fallback chain as the admin API tells of it. */
export function showChain(chain: FallbackChain): JsonObject {
  const { name, model, provider, steps, enabled, updatedBy, updatedAt } = chain
  return {
    name,
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    steps: steps.map(({ on, models }) => ({
      ...(on === undefined ? {} : { on: [...on] }),
      models: [...models],
    })),
    enabled,
    updated_by: updatedBy,
    updated_at: timeText(updatedAt),
  }
}

/** Shows how a provider has done lately. */
export function showPerformance(performance: ProviderPerformance): JsonObject {
  const { provider, status, requests, lastUpdated } = performance
  return {
    provider,
    status,
    avg_latency_ms: performance.avgLatencyMs,
    success_rate: performance.successRate,
    error_rate: performance.errorRate,
    rate_limit_rate: performance.rateLimitRate,
    requests,
    last_updated: lastUpdated === undefined ? null : timeText(lastUpdated),
  }
}

/** Shows how a target is. */
export function showTarget(target: TargetStatus): JsonObject {
  const { provider, model, state, waiting, requests, availableAt } = target
  return {
    provider,
    model,
    state,
    in_flight: target.inFlight,
    waiting,
    requests,
    first_token_ms: target.firstTokenMs,
    whole_answer_ms: target.wholeAnswerMs,
    error_rate: target.errorRate,
    rate_limit_rate: target.rateLimitRate,
    last_change_at: timeText(target.lastChangeAt),
    ...(availableAt === undefined ? {} : { available_at: timeText(availableAt) }),
  }
}

/** Shows how the second answers of a route compare with those that callers got. */
export function showShadow(shadow: ShadowSummary): JsonObject {
  return {
    route: shadow.route,
    results: { ...shadow.results },
    compared: shadow.compared,
    same_stop_rate: shadow.sameStopRate,
    same_tools_rate: shadow.sameToolsRate,
    same_arguments_rate: shadow.sameArgumentsRate,
    same_jsonness_rate: shadow.sameJsonnessRate,
    avg_length_ratio: shadow.avgLengthRatio,
    avg_similarity: shadow.avgSimilarity,
    cost_nano_usd: shadow.costNanoUsd,
  }
}

/** Shows how the lanes of a model were used. */
export function showLanes(lanes: LaneSummary): JsonObject {
  const { savedNanoUsd, lostNanoUsd } = lanes
  return {
    route: lanes.route,
    efficient: lanes.efficient,
    capable: lanes.capable,
    escalations: { ...lanes.escalations },
    saved_nano_usd: savedNanoUsd,
    lost_nano_usd: lostNanoUsd,
    net_savings_nano_usd: savedNanoUsd - lostNanoUsd,
    unknown_savings: lanes.unknownSavings,
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
