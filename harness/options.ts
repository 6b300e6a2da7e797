// The options of a script. A wrong one is a Failure that says which there are; `--help` prints them.

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { Failure } from './failure.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  /** What stands for the value in the help, such as `file`. */
  readonly value?: string
  readonly default?: string | boolean
  readonly help: string
}

type ValueOf<One extends Option> = One['type'] extends 'boolean'
  ? boolean
  : One extends { readonly default: string }
    ? string
    : string | undefined

export type Values<Options extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>
}

/**
 * Reads the arguments of a script. `usage` is the command as it is typed, such as `npm run deploy --`.
 * With `--help` it prints the help and ends the process.
 */
export function readOptions<const Options extends Readonly<Record<string, Option>>>(
  usage: string,
  options: Options,
  args = process.argv.slice(2),
): Values<Options> {
  return readArguments(usage, options, args, false).values
}

/** As `readOptions`, for a script that takes one file too. */
export function readOptionsAndFile<const Options extends Readonly<Record<string, Option>>>(
  usage: string,
  options: Options,
  args = process.argv.slice(2),
): { readonly values: Values<Options>; readonly file: string } {
  const { values, files } = readArguments(usage, options, args, true)
  const [file] = files
  if (file !== undefined && files.length === 1) return { values, file }
  throw new Failure(`Name one file: "${usage} --help" shows how`)
}

function readArguments<const Options extends Readonly<Record<string, Option>>>(
  usage: string,
  options: Options,
  args: string[],
  takesFile: boolean,
): { readonly values: Values<Options>; readonly files: readonly string[] } {
  const flags = Object.entries(options).filter(([, { type }]) => type === 'boolean')
  const config: ParseArgsOptionsConfig = { ...options, help: { type: 'boolean' } }
  const { values, positionals } = parse(usage, config, args, takesFile)
  if (values['help'] === true) {
    console.log(helpOf(takesFile ? `${usage} <file>` : usage, options))
    process.exit(0)
  }
  const off = Object.fromEntries(flags.map(([name]) => [name, false]))
  return { values: { ...off, ...values } as Values<Options>, files: positionals }
}

function parse(
  usage: string,
  options: ParseArgsOptionsConfig,
  args: string[],
  allowPositionals: boolean,
): { readonly values: Record<string, unknown>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ options, args, allowPositionals })
  } catch (error) {
    const complaint = complaintOf(error)
    if (complaint === undefined) throw error
    throw new Failure(`${complaint}: "${usage} --help" shows the options`)
  }
}

/** What parseArgs has against an argument, without its advice; undefined for another error. */
export function complaintOf(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException
  return code?.startsWith('ERR_PARSE_ARGS') === true ? message.split('. ', 1)[0] : undefined
}

function helpOf(usage: string, options: Readonly<Record<string, Option>>): string {
  const lines = Object.entries(options).map(([name, { value, help, default: preset }]) => {
    const shown = preset === undefined ? help : `${help} (${preset})`
    return `  ${`--${name}${value === undefined ? '' : ` <${value}>`}`.padEnd(26)}${shown}`
  })
  return [`${usage} [options]`, ...lines].join('\n')
}

/** The whole number that an option has; a Failure that names the option where it is none in the range. */
export function toWhole(name: string, text: string, least: number, most = 999_999): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= most) return number
  throw new Failure(`--${name} "${text}" must be a whole number from ${least} to ${most}`)
}

/**
 * As `readOptions`, for a script whose work stands at its top level: a Failure is printed, and ends the process
 * with 2.
 */
export function readOptionsOrEnd<const Options extends Readonly<Record<string, Option>>>(
  usage: string,
  options: Options,
  args = process.argv.slice(2),
): Values<Options> {
  try {
    return readOptions(usage, options, args)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    console.error(error.message)
    process.exit(2)
  }
}
