import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
/** Tokens, passwords and cookies of a whole run, by what they are. */
const secrets: [string, string][] = []

beforeAll(async () => {
  rig = await startRig()
  const customer = await rig.registeredCustomer()
  const { id, token } = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
  const deleted = await customer.createKey()
  secrets.push(
    ['token', token],
    ['token of a deleted key', deleted.token],
    ['password', customer.password],
    ['cookie', customer.cookie.split('=')[1] ?? ''],
    ['operator token', rig.secrets.OPERATOR_TOKEN],
    ['wrong password', 'a wrong password of size'],
  )
  const use = (headers: Record<string, string>) => rig.send('/customer?api_key=x', { headers })
  await use({ 'X-API-Key': token, 'CF-Connecting-IP': '192.0.2.1' })
  await use({ 'X-API-Key': token, 'CF-Connecting-IP': '203.0.113.1' })
  await use({ Authorization: `Token ${deleted.token}` })
  await use({ Authorization: `Token ${token}x` })
  await customer.call('POST', `/keys/${id}/reveal`, { password: customer.password })
  await customer.call('POST', `/keys/${id}/reveal`, { password: 'a wrong password of size' })
  await customer.call('PATCH', `/keys/${id}`, { application_name: 'Renamed' })
  await customer.call('DELETE', `/keys/${deleted.id}`)
  await use({ Authorization: `Token ${deleted.token}` })

  // Faults are what is logged: a libSQL that is gone, on both planes.
  rig.libsql.set('closed')
  await customer.call('GET', '/keys')
  await customer.call('POST', '/session', { email: customer.email, password: customer.password })
  rig.libsql.set('open')
  await rig.worker.runCron()
})
afterAll(() => rig.stop())

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

describe('after a whole run', () => {
  it("no secret is in libSQL's files, in KV's or in a log", () => {
    const files = filesUnder(rig.dir)
    expect(files.some((path) => path.includes('libsql'))).toBe(true)
    expect(files.some((path) => path.includes('kv'))).toBe(true)
    for (const path of files) {
      const bytes = readFileSync(path)
      for (const [what, secret] of secrets) {
        expect(bytes.includes(secret), `${what} in ${path}`).toBe(false)
      }
    }
    for (const [what, secret] of secrets) {
      expect(rig.logs.join('\n').includes(secret), `${what} in a log`).toBe(false)
    }
  })

  it('what must be there is there, so the search can see', () => {
    const bytes = filesUnder(rig.dir).map((path) => readFileSync(path))
    expect(bytes.some((file) => file.includes('Renamed'))).toBe(true)
    expect(bytes.some((file) => file.includes('192.0.2.0/24'))).toBe(true)
  })
})
