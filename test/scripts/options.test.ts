import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions, toWhole } from '../../harness/options.ts'

const OPTIONS = {
  env: { type: 'string', value: 'name', default: 'production', help: 'the environment' },
  url: { type: 'string', value: 'url', help: 'where it answers' },
  repair: { type: 'boolean', help: 'mends what it finds' },
} as const

const read = (...args: string[]) => readOptions('npm run x --', OPTIONS, args)

afterEach(() => vi.restoreAllMocks())

describe('readOptions()', () => {
  it('fills in what is left out', () => {
    expect(read()).toEqual({ env: 'production', repair: false })
    const given = { env: 'staging', url: 'https://x', repair: true }
    expect(read('--env', 'staging', '--url=https://x', '--repair')).toMatchObject(given)
  })

  it.each([
    [['--environment', 'x'], "Unknown option '--environment': "],
    [['--env'], "Option '--env <value>' argument missing: "],
    [['stray'], "Unexpected argument 'stray': "],
    [['--repair=yes'], "Option '--repair' does not take an argument: "],
  ])('says in one line what is wrong with %j, and where help is', (args, told) => {
    expect(() => read(...args)).toThrow(`${told}"npm run x -- --help" shows the options`)
  })

  it('shows all of them with --help, and does nothing else', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('the end')
    })
    expect(() => read('--help')).toThrow('the end')
    expect(exit).toHaveBeenCalledWith(0)
    expect(log.mock.calls.join().split('\n')).toEqual([
      'npm run x -- [options]',
      '  --env <name>              the environment (production)',
      '  --url <url>               where it answers',
      '  --repair                  mends what it finds',
    ])
  })
})

describe('toWhole()', () => {
  it.each(['0', '7', '100'])('takes %s', (text) => {
    expect(toWhole('gradual', text, 0, 100)).toBe(Number(text))
  })

  it.each(['101', '-1', '1.5', '1e1', '', 'some'])('refuses "%s"', (text) => {
    expect(() => toWhole('gradual', text, 0, 100)).toThrow(
      `--gradual "${text}" must be a whole number from 0 to 100`,
    )
  })
})
