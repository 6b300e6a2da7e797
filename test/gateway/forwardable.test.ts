import { describe, expect, it } from 'vitest'
import { findUnforwardable } from '../../src/gateway/forwardable.ts'
import { toIncoming } from '../../src/gateway/incoming.ts'

const URL = 'https://gateway.example/x'
const BASE = 'https://portal.example/base'

function find(url: string, init: RequestInit = {}, base = BASE) {
  return findUnforwardable(toIncoming(new Request(url, init), url), base)
}

describe('findUnforwardable()', () => {
  it('lets pass what can be forwarded', () => {
    expect(find(URL)).toBeNull()
    expect(find(`${URL}?q=/..;/b`)).toBeNull()
    expect(find(URL, { method: 'POST', body: 'text' })).toBeNull()
    expect(find('https://gateway.example/a/..;/b', {}, 'https://portal.example')).toBeNull()
  })

  it('refuses a path that may lead out of the path of the upstream', () => {
    const refusal = { reason: 'request_malformed', part: 'path' }
    for (const path of ['/%2e%2e%2fx', '/a/..;/b']) {
      expect(find(`https://gateway.example${path}`)).toEqual(refusal)
    }
  })

  it('refuses a length that no body can have', () => {
    const post = (length: string) =>
      find(URL, { method: 'POST', body: 'text', headers: { 'Content-Length': length } })
    expect(post('9007199254740991')).toBeNull()
    expect(post('9007199254740993')).toEqual({ reason: 'request_malformed', part: 'body' })
  })
})
