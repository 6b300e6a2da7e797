import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../../src/http/request-id.ts'
import { logConfigurationFault } from '../../src/log/fault.ts'
import {
  readColo,
  type LogRequest,
  type RequestLine,
  toLoggedMethod,
  toLoggedRequestId,
} from '../../src/log/request-line.ts'
import { toId } from '../../src/shared/ids.ts'

const ID = `key_${'0'.repeat(32)}`

const LINE: RequestLine = {
  plane: 'portal',
  request_id: toLoggedRequestId(requestIdOf(new Headers())),
  method: 'GET',
  status: 200,
  key_id: toId('key', ID),
  total_ms: 1,
}

/** Each line that should not compile; `npm run types` fails where one does. */
export function mustNotCompile(log: LogRequest, request: Request, secret: string): void {
  // @ts-expect-error a client may choose a token as its request id
  log({ ...LINE, request_id: requestIdOf(request.headers) })
  // @ts-expect-error a text of unknown origin is no request id
  log({ ...LINE, request_id: secret })
  // @ts-expect-error nor a key's id
  log({ ...LINE, key_id: secret })
  // @ts-expect-error nor an account's id
  log({ ...LINE, account_id: secret })
  // @ts-expect-error an account's id is no key's id
  log({ ...LINE, key_id: toId('acc', secret) })
  // @ts-expect-error a path is no route
  log({ ...LINE, route: new URL(request.url).pathname })
  // @ts-expect-error a client can send any word as its method
  log({ ...LINE, method: request.method })
  // @ts-expect-error nor is it an error's code
  log({ ...LINE, code: secret })
  // @ts-expect-error nor a location
  log({ ...LINE, colo: request.headers.get('cf-ipcountry') })
  // @ts-expect-error nor is a text of unknown origin a sentence about the configuration
  logConfigurationFault(secret)
  // @ts-expect-error what is not of the form has no place
  log({ ...LINE, authorization: request.headers.get('authorization') })
}

describe('toId()', () => {
  it.each([
    ['an id of another kind', `acc_${'0'.repeat(32)}`],
    ['a token', `cpk_A${'0'.repeat(43)}`],
    ['a token behind the prefix of an id', `key_cpk_A${'0'.repeat(27)}`],
    ['nothing', ''],
    ['undefined', undefined],
  ])('is undefined for %s', (_, text) => {
    expect(toId('key', text)).toBeUndefined()
  })

  it('is the id itself', () => {
    expect(toId('key', ID)).toBe(ID)
  })
})

describe('toLoggedRequestId()', () => {
  const token = `_${'A'.repeat(44)}`

  it.each([
    ['a usual id', 'req-1', 'req-1'],
    ['one a letter short of a token', token.slice(1), token.slice(1)],
    ['the shortest token', token, '_********'],
    ['a token with its prefix', `cpk${token}`, 'cpk_********'],
    ['a longer token', `cpk${token}${'b'.repeat(20)}`, 'cpk_********'],
    ['a token among other things', `a.cpk${token}-b`, 'a.cpk_********-b'],
    ['two tokens', `cpk${token}.x${token}`, 'cpk_********.x_********'],
  ])('shows %s', (_, requestId, logged) => {
    expect(toLoggedRequestId(requestIdOf(new Headers({ 'X-Request-Id': requestId })))).toBe(logged)
  })
})

describe('toLoggedMethod()', () => {
  it.each([
    ['GET', 'GET'],
    ['PATCH', 'PATCH'],
    ['get', 'OTHER'],
    ['PROPFIND', 'OTHER'],
    ['CPK_SECRET', 'OTHER'],
  ])('shows %s as %s', (method, logged) => {
    expect(toLoggedMethod(method)).toBe(logged)
  })
})

describe('readColo()', () => {
  it.each([
    [{ colo: 'AMS' }, 'AMS'],
    [{ colo: 'cpk_secret' }, undefined],
    [{ colo: 7 }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('reads %j as %s', (cf, colo) => {
    expect(readColo({ cf } as unknown as Request)).toBe(colo)
  })
})
