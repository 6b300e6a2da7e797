import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../../src/http/request-id.ts'
import { type RequestLine, toLoggedRequestId } from '../../src/log/request-line.ts'
import { createSampledLog } from '../../src/log/sampled-log.ts'

const requestId = requestIdOf(new Headers({ 'X-Request-Id': `cpk_${'A'.repeat(44)}` }))
const GOOD: RequestLine = {
  plane: 'portal',
  request_id: toLoggedRequestId(requestId),
  method: 'GET',
  status: 200,
  total_ms: 1,
  upstream_status: 200,
}

function start(share: number, drawn = 0.5) {
  const lines: RequestLine[] = []
  const log = createSampledLog(
    share,
    (line) => void lines.push(line),
    () => drawn,
  )
  return { ...log, lines }
}

describe('a request that was let through without a fault', () => {
  it.each([
    [1, 0.99, 1],
    [0.5, 0.49, 1],
    [0.5, 0.5, 0],
    [0.001, 0.0009, 1],
    [0.001, 0.001, 0],
  ])('with a share of %f is drawn: %f', (share, drawn, written) => {
    const { logRequest, lines } = start(share, drawn)
    logRequest(GOOD)
    expect(lines).toHaveLength(written)
  })

  it('says how many others it stands for', () => {
    const { logRequest, lines } = start(0.01, 0)
    logRequest(GOOD)
    expect(lines).toEqual([{ ...GOOD, sampling: 0.01 }])
    const all = start(1)
    all.logRequest(GOOD)
    expect(all.lines).toEqual([GOOD])
  })
})

describe('any other request', () => {
  it.each([
    ['refused', { code: 'key_invalid' }],
    ['judged in a grace', { grace: true }],
    ['answered 500 by the upstream', { upstream_status: 500 }],
    ['of the admin API', { plane: 'admin' }],
  ] as const)('is written: %s', (_, members) => {
    const { logRequest, lines } = start(0.001)
    logRequest({ ...GOOD, ...members })
    expect(lines).toEqual([{ ...GOOD, ...members }])
  })

  it('is written where it met a fault, once', () => {
    const { logRequest, keep, lines } = start(0.001)
    keep(requestId)
    logRequest({ ...GOOD, request_id: toLoggedRequestId(requestIdOf(new Headers())) })
    expect(lines).toEqual([])
    logRequest(GOOD)
    logRequest(GOOD)
    expect(lines).toEqual([GOOD])
  })

  it('does not add up where lines never come', () => {
    const { logRequest, keep, lines } = start(0.001)
    keep(requestId)
    for (let i = 0; i < 1_000; i++) keep(requestIdOf(new Headers()))
    logRequest(GOOD)
    expect(lines).toEqual([])
  })
})
