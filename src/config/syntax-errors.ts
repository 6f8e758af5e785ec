import type { ErrorCode } from 'yaml'

interface Explanation {
  readonly message: string
  readonly hint?: string
}

const quoteHint = 'put the value in quotes if it is text'

/** By error code of the `yaml` package, whose own messages repeat source text and may hold secrets. */
const explanations: Readonly<Record<ErrorCode, Explanation>> = {
  ALIAS_PROPS: { message: 'an alias takes neither an anchor nor a tag' },
  BAD_ALIAS: { message: 'malformed alias or anchor', hint: quoteHint },
  BAD_COLLECTION_TYPE: { message: 'this tag does not fit this kind of value' },
  BAD_DIRECTIVE: { message: 'malformed % directive', hint: 'remove the line' },
  BAD_DQ_ESCAPE: {
    message: 'unknown \\ escape in a double-quoted text',
    hint: 'use single quotes, or write \\\\ for a backslash',
  },
  BAD_INDENT: { message: 'wrong indentation', hint: 'align it with its siblings' },
  BAD_PROP_ORDER: { message: 'anchor or tag in the wrong place', hint: 'put it before the value' },
  BAD_SCALAR_START: { message: 'a text without quotes cannot begin here', hint: quoteHint },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a mapping cannot begin in the middle of a line, or the indentation is wrong',
    hint: 'start a new line, or put the value in quotes if it is text',
  },
  BLOCK_IN_FLOW: { message: 'an indented block cannot stand inside [ ] or { }' },
  DUPLICATE_KEY: { message: 'duplicate key', hint: 'each key may appear once in a mapping' },
  IMPOSSIBLE: { message: 'not valid YAML' },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters' },
  MISSING_CHAR: {
    message: 'something is not closed or separated here',
    hint: 'look for a missing quote, comma, space, colon, ] or }',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key must stand on one line and be followed by a colon',
  },
  MULTIPLE_ANCHORS: { message: 'a value takes one anchor at most' },
  MULTIPLE_DOCS: {
    message: 'a second document begins here',
    hint: 'a configuration is one document; remove the --- line',
  },
  MULTIPLE_TAGS: { message: 'a value takes one tag at most' },
  NON_STRING_KEY: { message: 'keys must be plain text' },
  RESOURCE_EXHAUSTION: { message: 'nested too deeply' },
  TAB_AS_INDENT: { message: 'a tab is used as indentation', hint: 'indent with spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'this tag is not supported here, or does not fit its value',
    hint: 'remove it; a configuration needs no tags',
  },
  UNEXPECTED_TOKEN: {
    message: 'this does not belong here',
    hint: 'check the indentation, and put text with special characters in quotes',
  },
}

/** Explains a YAML syntax error in words that hold nothing of the file. */
export function describeSyntaxError(code: ErrorCode): Explanation {
  return explanations[code]
}
