// node client.mjs GET /customer
// node client.mjs POST /calls '{"to":"4930123456"}'
import { setTimeout as sleep } from 'node:timers/promises'

const { PORTAL_API_URL, PORTAL_API_KEY } = process.env
const TRIES = 5
const MAX_PAUSE_MS = 60_000
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']
/** Refused by the gateway itself: the Portal API never saw the request. */
const NOT_SENT_ON = ['authentication_unavailable', 'rate_limited']

export async function callPortalApi(method, path, body) {
  const headers = { Authorization: `Token ${PORTAL_API_KEY}` }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  for (let attempt = 1; ; attempt++) {
    let response
    try {
      const signal = AbortSignal.timeout(310_000)
      response = await fetch(PORTAL_API_URL + path, { method, headers, body, signal })
      if (!(await mayRepeat(method, response))) return response
    } catch (error) {
      if (attempt === TRIES || !IDEMPOTENT.includes(method)) throw error
    }
    const pauseMs = pauseBefore(attempt, response)
    if (attempt === TRIES || pauseMs > MAX_PAUSE_MS) return response
    await sleep(pauseMs)
  }
}

async function mayRepeat(method, response) {
  if (![429, 502, 503, 504].includes(response.status)) return false
  if (IDEMPOTENT.includes(method)) return true
  const { code } = await response
    .clone()
    .json()
    .catch(() => ({}))
  return NOT_SENT_ON.includes(code)
}

/** What the gateway asks for, else half a second to eight, with jitter. */
function pauseBefore(attempt, response) {
  const seconds = Number(response?.headers.get('Retry-After'))
  return seconds > 0 ? seconds * 1000 : 500 * 2 ** attempt * (0.5 + Math.random() / 2)
}

const [method, path, body] = process.argv.slice(2)
const response = await callPortalApi(method, path, body)
console.log(`${response.status}\n${await response.text()}`)
process.exitCode = response.ok ? 0 : 1
