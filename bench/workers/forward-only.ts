// The gateway without its checks: everybody is let in, as the owner of one key. The rest is the gateway's
// own code: headers stripped and added, the assertion, the time limit, the line in the log.

import { ACCOUNT_ID, KEY_ID } from '../../harness/key-ids.ts'
import { createAssertionSigner, importAssertionKeys } from '../../src/gateway/assertion.ts'
import { forwardGranted } from '../../src/gateway/forward-granted.ts'
import { toIncoming } from '../../src/gateway/incoming.ts'
import { createRefusalResponse } from '../../src/gateway/refusal-response.ts'
import { startTrace, toRequestLine } from '../../src/gateway/trace.ts'
import { type CompiledLiveKey, compileKey } from '../../src/keys/access.ts'
import { clientAddress } from '../../src/keys/client-address.ts'
import { UNRESTRICTED } from '../../src/keys/key-record.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { logFault } from '../../src/log/fault.ts'
import { coloOf, logRequest } from '../../src/log/request-line.ts'
import { ERRORS_PATH } from '../../src/problems/errors-url.ts'

interface Env {
  readonly UPSTREAM_URL: string
  readonly ASSERTION_KEYS: string
}

const nowMs = () => Date.now()
const refusalResponse = createRefusalResponse(ERRORS_PATH)
let forward: ((request: Request) => Promise<Response>) | undefined

export default {
  async fetch(request: Request, env: Env) {
    forward ??= await createForward(env)
    return await forward(request)
  },
}

async function createForward({ UPSTREAM_URL: base, ASSERTION_KEYS }: Env) {
  const keys = await importAssertionKeys(ASSERTION_KEYS)
  if (!keys.ok) throw new Error(keys.error)
  const signAssertion = createAssertionSigner(keys.value, 'portal-gateway', base)
  const upstream = { base, timeoutMs: 30_000 }
  const deps = { upstream, signAssertion, onFault: logFault, nowMs }
  const record = toStored({
    kind: 'live',
    revision: 1,
    keyId: KEY_ID,
    accountId: ACCOUNT_ID,
    accountStatus: 'active',
    ipAcl: [],
    ipAclMode: 'enforce',
    ...UNRESTRICTED,
  })
  const key = compileKey(record) as CompiledLiveKey

  return async function forwardRequest(received: Request): Promise<Response> {
    const request = toIncoming(received, received.url)
    const trace = startTrace(request.headers, nowMs())
    const grant = { key, address: clientAddress(request.headers) }
    const answered = await forwardGranted(request, grant, trace, deps)
    if (!answered.ok) return refusalResponse(answered.error, trace.requestId)
    const response = answered.value
    response.headers.set('X-Request-Id', trace.requestId)
    logRequest(toRequestLine(request.method, response.status, coloOf(received), trace, nowMs()))
    return response
  }
}
