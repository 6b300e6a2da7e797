import { describe, expect, it } from 'vitest'
import { signEvent } from '../../../src/admin/events/signature.ts'
import { parseEventSecrets } from '../../../src/configuration/event-secrets.ts'

/** Of the reference libraries: https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  body: '{"test": 2432232314}',
  atMs: 1_614_265_330_000,
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

describe('signEvent()', () => {
  it('signs as the reference libraries do', () => {
    const keys = parseEventSecrets(VECTOR.secret) ?? []
    expect(signEvent(keys, VECTOR.id, VECTOR.body, VECTOR.atMs + 999)).toEqual({
      'webhook-id': VECTOR.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': VECTOR.signature,
    })
  })

  it('signs with each secret', () => {
    const keys = parseEventSecrets(`whsec_${'B'.repeat(32)}, ${VECTOR.secret}`) ?? []
    const { 'webhook-signature': both } = signEvent(keys, VECTOR.id, VECTOR.body, VECTOR.atMs)
    expect(both.split(' ')).toHaveLength(2)
    expect(both.split(' ')[1]).toBe(VECTOR.signature)
  })
})
