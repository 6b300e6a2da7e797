// OPERATOR_TOKEN: tokens with a comma between, each with or without the name of who holds it, such as
// `alice:…,deploy:…`. The name stands in the audit.

export interface OperatorToken {
  readonly name: string
  readonly token: string
}

/** The name of a token without one. */
const UNNAMED = 'operator'
const NAMED = /^([A-Za-z][\w.-]{0,31}):(.*)$/

/** Reads the secret; null if one of the tokens is empty. */
export function parseOperatorTokens(text: string): readonly OperatorToken[] | null {
  const tokens = text.split(',').map((entry) => parseEntry(entry.trim()))
  return tokens.some(({ token }) => token === '') ? null : tokens
}

function parseEntry(entry: string): OperatorToken {
  const [, name = UNNAMED, token = entry] = NAMED.exec(entry) ?? []
  return { name, token: token.trim() }
}
