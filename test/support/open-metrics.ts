// A strict reader of OpenMetrics text: what breaks a rule of the format is an error, not a guess.

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string | undefined
  readonly samples: readonly Sample[]
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}
const NAME = /^[a-z][a-z0-9_]*$/
const LABELS = /^(?:[a-z][a-z0-9_]*="[^"\\\n]*")(?:,[a-z][a-z0-9_]*="[^"\\\n]*")*$/

export function parseOpenMetrics(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('does not end with # EOF')
  const families = new Map<string, Family>()
  let current: (Family & { help: string | undefined; samples: Sample[] }) | undefined
  for (const line of text.slice(0, -'# EOF\n'.length - 1).split('\n')) {
    const [, keyword, about = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'TYPE') {
      if (!NAME.test(about) || families.has(about)) throw new Error(`family twice: ${line}`)
      if (SUFFIXES[rest] === undefined) throw new Error(`no such type: ${line}`)
      current = { name: about, type: rest, help: undefined, samples: [] }
      families.set(about, current)
      continue
    }
    if (current === undefined) throw new Error(`before any TYPE: ${line}`)
    if (keyword !== undefined) {
      if (about !== current.name || current.samples.length > 0) throw new Error(`astray: ${line}`)
      if (keyword === 'HELP') current.help = rest
      if (keyword === 'UNIT' && !current.name.endsWith(`_${rest}`)) throw new Error(line)
      continue
    }
    current.samples.push(parseSample(line, current))
  }
  for (const family of families.values()) requireWhole(family)
  return families
}

function parseSample(line: string, { name: family, type }: Family): Sample {
  const [, name = '', labels, value = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (!(SUFFIXES[type] ?? []).some((suffix) => name === family + suffix)) {
    throw new Error(`not of ${family}: ${line}`)
  }
  if (labels !== undefined && !LABELS.test(labels)) throw new Error(`labels: ${line}`)
  if (!/^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(value)) throw new Error(`value: ${line}`)
  const pairs = [...(labels ?? '').matchAll(/([a-z0-9_]+)="([^"]*)"/g)]
  const names = pairs.map(([, label = '']) => label)
  if (new Set(names).size < names.length) throw new Error(`label twice: ${line}`)
  const read = Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text]))
  return { name, labels: read, value: Number(value) }
}

function requireWhole({ name, type, samples }: Family): void {
  const series = samples.map((sample) => `${sample.name}${JSON.stringify(sample.labels)}`)
  if (new Set(series).size < series.length) throw new Error(`${name} has a series twice`)
  if (type !== 'histogram') return
  const groups = Map.groupBy(samples, ({ labels }) => JSON.stringify({ ...labels, le: undefined }))
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => labels['le'] ?? '')
    const numbers = bounds.map((bound) => (bound === '+Inf' ? Infinity : Number(bound)))
    if (bounds.at(-1) !== '+Inf') throw new Error(`${name} lacks +Inf`)
    if (bounds.some((bound) => bound !== '+Inf' && !/^\d+\.\d+$/.test(bound))) {
      throw new Error(`${name} has a bound in another form: ${bounds.join()}`)
    }
    for (let i = 1; i < buckets.length; i++) {
      const rises = (numbers[i - 1] ?? 0) < (numbers[i] ?? 0)
      const grows = (buckets[i - 1]?.value ?? 0) <= (buckets[i]?.value ?? 0)
      if (!rises || !grows) throw new Error(`${name} has buckets that fall`)
    }
    const count = group.find((sample) => sample.name === `${name}_count`)
    if (count === undefined || count.value !== buckets.at(-1)?.value)
      throw new Error(`${name}_count`)
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}_sum`)
  }
}
