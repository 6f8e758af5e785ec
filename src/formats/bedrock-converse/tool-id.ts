import { createHash } from 'node:crypto'

/**
 * Returns a tool call's id in the characters and the length Bedrock accepts. Ids that fit stay as they are;
 * others keep what fits and gain a hash of the whole, so that calls and results still meet and no two clash.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
 */
export function toolIdOf(id: string): string {
  if (accepted.test(id)) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${id.slice(0, 47).replace(/[^a-zA-Z0-9_-]/g, '_')}_${hash}`
}

const accepted = /^[a-zA-Z0-9_-]{1,64}$/
