export type { ArgumentLimits } from './arguments-tier.ts'
export type { Judgement } from './name-tier.ts'
export { noToolSettings, tierOf } from './tier.ts'
export type { RatedTool, ToolSettings } from './tier.ts'
