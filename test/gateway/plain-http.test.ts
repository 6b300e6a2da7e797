import { describe, expect, it } from 'vitest'
import { refuseExposed } from '../../src/gateway/plain-http.ts'
import { normalizeUrl } from '../../src/http/request-url.ts'

describe('refuseExposed()', () => {
  it.each([
    'https://gateway.example/',
    'https://192.0.2.1/',
    'https://gateway.example:8443/x?y',
    'http://localhost/',
    'http://localhost:8787/x',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://foo.localhost/',
    'http://a.b.localhost:1/',
    'http://127.0.0.1:8787/',
    'http://127.255.255.254/',
    'http://127.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://127.0.0.1./',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]:8787/',
  ])('lets %s be', (url) => {
    expect(refuseExposed(normalizeUrl(url))).toBeNull()
  })

  it.each([
    'http://gateway.example/',
    'http://gateway.example/https://localhost/',
    'http://gateway.example?x=https:',
    'http://192.0.2.1/',
    'http://126.255.255.255/',
    'http://128.0.0.1/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://127.0.0.1.gateway.example/',
    'http://localhost.gateway.example/',
    'http://localhost.localdomain/',
    'http://notlocalhost/',
    'http://foolocalhost/',
    'http://localhost..example/',
    'http://gateway.example./',
    'http://gateway.example:443/',
    'http://localhost@gateway.example/',
    'http://localhost:127@gateway.example/',
    String.raw`http://gateway.example\localhost/`,
    'http://[::]/',
    'http://[::2]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fe80::1]/',
  ])('refuses %s', (url) => {
    expect(refuseExposed(normalizeUrl(url))).toEqual({ reason: 'https_required' })
  })

  it.each(['http://: x/', 'http://[/', 'http:///', 'http://a b/', 'http://a, localhost/'])(
    'takes a host that is none for a malformed request: %s',
    (url) => {
      expect(refuseExposed(normalizeUrl(url))).toEqual({ reason: 'request_malformed', part: 'url' })
    },
  )
})
