/**
 * What Bedrock's models take beside the common fields differs by their maker, and the model id is all
 * there is to tell.
 */
export type ModelFamily =
  | 'claude'
  | 'nova'
  | 'gpt'
  /** Known to be none of the others. */
  | 'other'
  /** The ARN of a profile or of provisioned throughput says nothing about the model behind it. */
  | 'unknown'

/** Tells the family of a model by its id or ARN. */
export function familyOf(model: string): ModelFamily {
  if (/claude|anthropic\./i.test(model)) return 'claude'
  if (/(?:^|[./])nova-|amazon\.nova/i.test(model)) return 'nova'
  if (/(?:^|[./])(?:openai\.|gpt-)/i.test(model)) return 'gpt'
  const isOpaque = /^arn:/i.test(model) && !/:foundation-model\//i.test(model)
  return isOpaque ? 'unknown' : 'other'
}

/**
 * Tells whether a model honours cache points; others refuse them.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
export function takesCachePoints(model: string): boolean {
  const family = familyOf(model)
  return family === 'claude' || family === 'nova' || family === 'unknown'
}
