// The results of `npm run bench` as Markdown: figures, goals, peers, and what it was measured with.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { type Figure, judge, ratio, spread } from './comparison.ts'
import type { Compared } from './peers/peer.ts'
import { cpuTakes, typical, type Variant } from './rounds.ts'
import type { Variants } from './variants.ts'

export interface Run {
  readonly rounds: number
  readonly instances: number
  readonly connections: number
  /** What memory took meanwhile. */
  readonly memory: string
}

/** Of a single instance. */
const UNKNOWN = 'unknown'

export async function report(
  variants: Variants,
  peers: readonly Compared[],
  { rounds, instances, connections, memory }: Run,
): Promise<string> {
  const all = [...Object.values(variants), ...peers.flatMap(({ bare, checked }) => [bare, checked])]
  const text = `# Benchmark

\`npm run bench\`: each worker as ${instances} instances, in turns of a second, ${rounds} each, ${connections} keep-alive connections,
${(await versions()).join(', ')}.

CPU is the time of the process by the kernel's accounting, the authority's work included; what is measured has a core
of its own, the load, the upstream and a peer's database share the other. Figures are medians; a ratio is the median of those of each round. The machine is shared: what counts are the ratios.

The **spread** is how far identical instances are apart: of a ratio, those of either worker, whichever is more. The **error** follows from it and from how many instances there are: the true ratio is that near with 95 % confidence. A goal is decided only where it is further away than that.

Reads of memory on the measured core took, by the size of what is read: ${memory}.

${table(['GET', 'CPU µs/request', 'spread', 'requests/s', 'p50 ms', 'p99 ms'], all.map(figures))}

## Goals

${table(['CPU', 'goal', 'measured', 'spread', 'error', 'verdict'], goals(variants, peers))}

## What they are

- **answer at once**, **bare pass-through**: \`return new Response('ok')\` and \`return await fetch(upstream, request)\`.
- **forwarding alone**: the gateway's own code for headers, assertion, time limit and log, with everybody let in.
- **gateway**, **denied address**: with a key in steady use, a few requests a second between the turns.
- **the usual pattern**: Hono, and for each request a hash, a KV read and the IP ACL parsed (\`workers/usual.ts\`). It also measures the local KV, a
  worker that answers every read at once; it neither strips headers that could pass for identity nor notices a deletion before KV does.
${peers.map(({ name, doesLess }) => `- **${name}** does less: ${doesLess}.`).join('\n')}
`
  return await format(text, { parser: 'markdown' })
}

function figures(variant: Variant): string[] {
  return [
    variant.name,
    typical(variant, 'cpuMicroseconds').toFixed(0),
    percent(spread(cpuTakes(variant))),
    typical(variant, 'requestsPerSecond').toFixed(0),
    typical(variant, 'p50Ms').toFixed(2),
    typical(variant, 'p99Ms').toFixed(1),
  ]
}

function goals(
  { floor, bare, forwarding, gateway, limited, forged, denied }: Variants,
  peers: readonly Compared[],
): string[][] {
  const kept = share(forwarding, gateway)
  return [
    goal('forwarding alone / gateway: the share kept', 0.95, kept),
    goal('the share kept, with a rate limit', 0.93, share(forwarding, limited)),
    goal('answer at once / forged token', 0.7, share(floor, forged)),
    goal('answer at once / denied address', 0.7, share(floor, denied)),
    goal('bare pass-through / gateway', 0.85, share(bare, gateway)),
    ...peers.map(({ name, bare: without, checked }) => {
      const theirs = share(without, checked)
      const either = {
        ...kept,
        spread: Math.max(kept.spread, theirs.spread),
        error: Math.hypot(kept.error, theirs.error),
      }
      return goal(`the share kept, above that of ${name}`, theirs.value, either)
    }),
  ]
}

function share(reference: Variant, variant: Variant): Figure {
  return ratio(cpuTakes(reference), cpuTakes(variant))
}

function goal(name: string, least: number, figure: Figure): string[] {
  const { value, spread: apart, error } = figure
  const told = [apart, error].map((each) => (Number.isFinite(each) ? each.toFixed(3) : UNKNOWN))
  return [name, least.toFixed(2), value.toFixed(3), ...told, judge(figure, { least })]
}

function percent(part: number): string {
  return Number.isFinite(part) ? `${(100 * part).toFixed(0)} %` : UNKNOWN
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

async function versions(): Promise<string[]> {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin`
  const tool = async (command: string) => {
    // wrk tells its version with an error, nginx on standard error.
    const told = promisify(execFile)(command, ['-v'], { env: { ...process.env, PATH: path } })
    const { stdout, stderr } = await told.catch(
      (error: { stdout: string; stderr: string }) => error,
    )
    return /[\d.]{3,}/.exec(stdout + stderr)?.[0] ?? 'unknown'
  }
  const betterAuth = join(import.meta.dirname, 'peers/better-auth/package.json')
  const { dependencies } = JSON.parse(readFileSync(betterAuth, 'utf8')) as {
    dependencies: Record<string, string>
  }
  const { version: workerd } = createRequire(import.meta.url)('workerd/package.json') as {
    version: string
  }
  return [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    `workerd ${workerd}`,
    `nginx ${await tool('nginx')}`,
    `better-auth ${dependencies['better-auth'] ?? 'unknown'}`,
    `wrk ${await tool('wrk')}`,
    `Node.js ${process.versions.node}`,
  ]
}
