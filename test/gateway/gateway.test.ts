import { expect, it } from 'vitest'
import { createGateway, type GatewayDeps } from '../../src/gateway/gateway.ts'
import { createRefusalResponse } from '../../src/gateway/refusal-response.ts'
import { ERRORS_PATH } from '../../src/problems/errors-url.ts'

// Found by `npm run fuzz -- worker`: workerd puts a Host header into the URL as it is.
it.each(['http://: gateway.example/', 'http://[/'])(
  'refuses a request whose URL is none as malformed, and calls it no fault: %s',
  async (url) => {
    const faults: string[] = []
    const gateway = createGateway({
      tokenPrefix: 'cpk_',
      preflight: 'forward',
      refusalResponse: createRefusalResponse(ERRORS_PATH),
      onFault: (fault: string) => void faults.push(fault),
      logRequest: () => undefined,
      nowMs: () => 0,
    } as unknown as GatewayDeps)
    const request = { url, method: 'GET', headers: new Headers(), body: null }
    const response = await gateway(request as unknown as Request, url)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ status: 400, code: 'request_malformed' })
    expect(faults).toEqual([])
  },
)
