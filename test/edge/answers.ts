// Reads the answers of locations as the checker takes them, and makes the upstream's recognisable.

import type { HttpAnswer } from '../../harness/http.ts'
import type { Upstream } from '../support/upstream.ts'
import type { Change } from './registers.ts'
import type { Verdict } from './verdict.ts'

const MARK = 'x-upstream-mark'
const SLOW_MS = 15

/** Lets the upstream answer so that each byte and header of it can be told from the gateway's. */
export function answerVisibly(
  upstream: Upstream,
  noteArrival: (requestId: string) => void = () => undefined,
): void {
  upstream.answerWith(async (request, response) => {
    noteArrival(String(request.headers['x-request-id']))
    if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    response.setHeader(MARK, 'yes')
    response.setHeader('Set-Cookie', `${MARK}=yes`)
    response.end(MARK)
  })
}

/** The parts of an answer that only the upstream can have made. */
export function shownOf(answer: HttpAnswer): string[] {
  const { headers, text } = answer
  return [
    ...Object.entries(headers)
      .filter(([name, value]) => name === MARK || String(value).includes(MARK))
      .map(([name]) => `header ${name}`),
    ...(text.includes(MARK) ? ['body'] : []),
  ]
}

export function toVerdict(answer: HttpAnswer, method: string): Verdict {
  const { status, headers, text } = answer
  if (status === 200) {
    const whole = headers[MARK] === 'yes' && (method === 'HEAD' || text === MARK)
    return whole ? 'allowed' : { other: '200 without the upstream' }
  }
  if (method === 'HEAD') return headVerdict(status)
  const code = codeOf(answer)
  switch (`${status} ${code}`) {
    case '401 key_revoked':
    case '401 key_expired':
    case '401 key_replaced':
    case '403 account_inactive':
    case '403 key_disabled':
    case '403 ip_denied':
    case '429 rate_limited':
      return code as Verdict
    case '503 authentication_unavailable':
      return 'unavailable'
    default:
      return { other: `${status} ${code}` }
  }
}

/** A refused HEAD has no body that tells which refusal it is. */
function headVerdict(status: number): Verdict {
  const verdicts: Readonly<Record<number, Verdict>> = {
    401: 'unauthorized',
    403: 'forbidden',
    429: 'rate_limited',
    503: 'unavailable',
  }
  return verdicts[status] ?? { other: String(status) }
}

/** What a change's answer says of it. */
export function toOutcome(answer: HttpAnswer | null): Change['outcome'] {
  if (answer === null) return 'unknown'
  if (answer.status < 300) return 'done'
  if (answer.status >= 500) {
    return codeOf(answer) === 'enforcement_pending' ? 'recorded' : 'unknown'
  }
  return 'none'
}

function codeOf({ text }: HttpAnswer): string {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code)
  } catch {
    return 'no JSON'
  }
}
