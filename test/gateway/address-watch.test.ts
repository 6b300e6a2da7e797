import { describe, expect, it } from 'vitest'
import { createAddressWatch } from '../../src/gateway/address-watch.ts'
import { clientAddress } from '../../src/keys/client-address.ts'

const MINUTE = 60_000

describe('createAddressWatch()', () => {
  it.each([
    ['missing', null, 'Remove visitor IP headers'],
    ['pseudo_ipv4', '240.0.0.1', 'Pseudo IPv4'],
    ['pseudo_ipv4', '255.255.255.255', 'Pseudo IPv4'],
    ['pseudo_ipv4', '::ffff:240.16.0.1', 'Pseudo IPv4'],
  ])('notices an address that is %s: %s', (symptom, value, detail) => {
    const { watch, see, logged } = start()
    see(value)
    expect(watch.symptoms()).toEqual([symptom])
    expect(logged).toEqual([expect.stringContaining(detail)])
  })

  it.each([
    '203.0.113.7',
    '203.0.113.7, 240.0.0.1',
    '',
    '239.255.255.255',
    '2001:db8::1',
    'f000::1',
    '2a06:98c0:3600::103',
  ])('has nothing against %s', (value) => {
    const { watch, see, logged } = start()
    see(value)
    expect(watch.symptoms()).toEqual([])
    expect(logged).toEqual([])
  })

  it('logs each symptom once a minute, whatever comes', () => {
    const { see, logged, pass } = start()
    for (let i = 0; i < 100; i++) {
      see(null)
      see('240.0.0.1')
    }
    expect(logged).toHaveLength(2)
    pass(MINUTE - 1)
    see(null)
    expect(logged).toHaveLength(2)
    pass(1)
    see(null)
    expect(logged).toHaveLength(3)
  })

  it('forgets a symptom that was not seen for ten minutes', () => {
    const { watch, see, pass } = start()
    see(null)
    pass(5 * MINUTE)
    see('240.0.0.1')
    pass(5 * MINUTE)
    expect(watch.symptoms()).toEqual(['pseudo_ipv4'])
    pass(5 * MINUTE)
    expect(watch.symptoms()).toEqual([])
  })
})

function start() {
  let now = 1_000
  const logged: string[] = []
  const watch = createAddressWatch(
    (detail) => logged.push(detail),
    () => now,
  )
  return {
    watch,
    logged,
    pass: (ms: number) => void (now += ms),
    see: (value: string | null) => {
      const headers = new Headers(value === null ? {} : { 'CF-Connecting-IP': value })
      watch.observe(headers, clientAddress(headers))
    },
  }
}
