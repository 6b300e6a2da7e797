import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DatabaseBehindError } from '../../src/admin/lost-changes.ts'
import { StorageUnavailableError } from '../../src/db/client.ts'
import { ClockError } from '../../src/gateway/clock-guard.ts'
import { requestIdOf } from '../../src/http/request-id.ts'
import { UnreadableTokenError } from '../../src/keys/sealed-token.ts'
import { logFault } from '../../src/log/fault.ts'
import { AuthorityUnavailableError } from '../../src/stores/object-call.ts'
import { KvTimeoutError } from '../../src/stores/key-kv.ts'
import { HasherUnavailableError } from '../../src/stores/password-hasher.ts'
import { FAULT_KINDS } from '../support/code-names.ts'

const SECRET = 'cpk_ASecretThatMustNotShowAnywhere0123456789abcdef'
/** A message that looks like frames, as one that holds what a client sent may. */
const FORGED = `x\n    at ${SECRET} (index.js:1:1)\n    at steal (${SECRET}.js:2:2)`

const lines: string[] = []

beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => vi.restoreAllMocks())

function logged(error: unknown): Record<string, unknown> {
  logFault('unexpected', error)
  return JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>
}

function withCause(cause: unknown): Error {
  return new Error(`Failed query: insert\nparams: ${FORGED}`, { cause })
}

describe('the reason of a fault', () => {
  it.each([
    ['libSQL that hangs', new StorageUnavailableError('timeout'), 'timeout'],
    ['libSQL that refuses the token', new StorageUnavailableError('http_401'), 'http_401'],
    ['that below others', withCause(withCause(new StorageUnavailableError('reset'))), 'reset'],
    ['a full database', withCause(coded('SQLITE_FULL')), 'sqlite_full'],
    ['an extended code', coded('SQLITE_CONSTRAINT_UNIQUE'), 'sqlite_constraint'],
    ['a code that is none', coded(`SQLITE_${SECRET}`), 'other'],
    ['an authority', new AuthorityUnavailableError('overloaded', new Error(SECRET)), 'overloaded'],
    ['a hasher', new HasherUnavailableError('timeout', new Error(SECRET)), 'timeout'],
    ['KV that hangs', new KvTimeoutError(SECRET), 'timeout'],
    ['KV that fails', new Error(`KV GET failed: 429 ${SECRET}`), 'http_429'],
    ['a broken connection', new Error('Network connection lost.'), 'reset'],
    ['a time limit of the runtime', new DOMException(SECRET, 'TimeoutError'), 'timeout'],
    ['a clock', new ClockError(), 'clock_jumped'],
    ['a restored database', new DatabaseBehindError('held_back'), 'held_back'],
    ['a token that cannot be opened', new UnreadableTokenError(`A.${SECRET}`), 'token_unreadable'],
    ['a reason of nobody', Object.assign(new Error(), { reason: SECRET }), 'other'],
    ['a status of nobody', Object.assign(new Error(), { reason: 'http_1234' }), 'other'],
    ['what is no error', SECRET, 'other'],
    ['a bug', new TypeError(FORGED), 'other'],
  ])('of %s', (_, error, reason) => {
    expect(logged(error)['reason']).toBe(reason)
    expect(lines.join('\n')).not.toContain(SECRET)
  })

  it('ends where causes are a ring', () => {
    const error = new Error()
    error.cause = error
    expect(logged(error)['reason']).toBe('other')
  })

  it('names the key of the ring that is missing', () => {
    expect(logged(new UnreadableTokenError('B.sealed'))).toMatchObject({ ring_key: 'B' })
  })
})

describe('the frames of a fault', () => {
  function breakDown(message: string): Error {
    return new TypeError(message)
  }

  it('are those of a bug: function, file and line', () => {
    const { stack } = logged(breakDown('x is undefined')) as { stack: string[] }
    expect(stack[0]).toMatch(/^breakDown fault\.test\.ts:\d+$/)
    expect(stack.length).toBeLessThanOrEqual(8)
  })

  it('are left out where something else failed', () => {
    expect(logged(new StorageUnavailableError('http_503'))).not.toHaveProperty('stack')
  })

  it.each([
    ['looks like frames', () => breakDown(FORGED)],
    ['is the name of the error', () => breakDown('TypeError')],
    ['begins as the stack does', () => breakDown(`TypeError: ${FORGED}`)],
    ['was changed afterwards', () => Object.assign(breakDown(FORGED), { message: 'other' })],
    ['was emptied afterwards', () => Object.assign(read(breakDown(FORGED)), { message: '' })],
    ['was cut afterwards', () => Object.assign(read(breakDown(FORGED)), { message: 'x' })],
    ['is that of a cause', () => new Error('x', { cause: breakDown(FORGED) })],
    ['is the name', () => Object.assign(breakDown('x'), { name: FORGED })],
  ])('hold nothing of a message that %s', (_, make) => {
    logged(make())
    expect(lines.join('\n')).not.toContain(SECRET)
  })
})

describe('a line of each kind', () => {
  it.each(FAULT_KINDS)('%s holds what is known, and nothing else', (kind) => {
    const error = withCause(Object.assign(new Error(FORGED), { code: SECRET, ringKey: SECRET }))
    logFault(kind as Parameters<typeof logFault>[0], error, requestIdOf(new Headers()))
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>
    expect(line).toMatchObject({ level: 'error', fault: kind, reason: 'other', error: 'Error' })
    const MEMBERS = ['level', 'fault', 'request_id', 'reason', 'error', 'cause', 'stack']
    expect(Object.keys(line).filter((name) => !MEMBERS.includes(name))).toEqual([])
    expect(lines.join('\n')).not.toContain(SECRET)
  })
})

/** V8 writes the stack down when it is read first. */
function read(error: Error): Error {
  expect(error.stack).toContain(error.message)
  return error
}

function coded(code: string): Error {
  return Object.assign(new Error(SECRET), { code })
}
