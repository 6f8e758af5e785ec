/** Words by which a warning names what was lost, by what a fact is about. */
const namesOf: Readonly<Record<string, RegExp>> = {
  system: /system|messages|instructions/,
  'tool choice': /tool_?choice|toolConfig|functionCallingConfig|tools/i,
  tool: /tools/,
  'tool description': /tools/,
  'parallel calls': /parallel|single|toolConfig/i,
  schema:
    /response_format|text\.format|output_(config|format)|response(Json)?Schema|responseMimeType|outputConfig/,
  reasoning: /reasoning|thinking|effort/,
  'token limit': /max_?(completion_|output_)?tokens|maxOutputTokens/i,
  temperature: /temperature/,
  top_p: /top_?p/i,
  'stop sequence': /stop/,
  'cache mark': /cache/i,
  thought: /reasoning|thinking|thought|content|parts|input/,
  signature: /reasoning|thinking|thought|signature|content|parts|input/,
  'sealed thought': /reasoning|thinking|thought|content|parts|input/,
}

/** A place in the content of a conversation, in the words of any format. */
const contentPath = /(messages|input|contents|system)([[.]|: )/

/** Tells whether one of the warnings names what was lost. */
export function isExplained(about: string, warnings: readonly string[]): boolean {
  const isAnswer = about.startsWith('answer ')
  const pattern = isAnswer ? /answer/ : (namesOf[about] ?? contentPath)
  return warnings.some((warning) => pattern.test(warning))
}
