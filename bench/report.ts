// The results of `npm run bench` as Markdown: figures, goals, peers, and what it was measured with.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { ratio, typical } from './load.ts'
import type { Variants } from './variants.ts'
import type { Variant } from './workbench.ts'

/** A peer, with and without its check. */
export interface Compared {
  readonly doesLess: string
  readonly bare: Variant
  readonly checked: Variant
}

export interface Run {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
}

export async function report(
  variants: Variants,
  peers: readonly Compared[],
  { rounds, seconds, connections }: Run,
): Promise<string> {
  const all = [...Object.values(variants), ...peers.flatMap(({ bare, checked }) => [bare, checked])]
  const text = `# Benchmark

\`npm run bench\`: ${rounds} rounds of ${seconds} s after one to warm up, interleaved by the second, ${connections} keep-alive connections,
${(await versions()).join(', ')}.

CPU is the time of the process by the kernel's accounting, the authority's work included where it is asked; what is measured has a core
of its own, the load, the upstream and a peer's database share the other. Figures are medians. A ratio is the median of the ratios of each round. The machine is shared: what counts are the ratios.

${table(['GET', 'CPU µs/request', 'requests/s', 'p50 ms', 'p99 ms'], all.map(figures))}

## Goals

${table(['CPU', 'goal', 'measured', 'met'], goals(variants, peers))}

## What they are

- **answer at once**, **bare pass-through**: \`return new Response('ok')\` and \`return await fetch(upstream, request)\`.
- **forwarding alone**: the gateway's own code for headers, assertion, time limit and log, with everybody let in.
- **the usual pattern**: Hono, and for each request a hash, a KV read and the IP ACL parsed (\`workers/usual.ts\`). It also measures the local KV, a
  worker that answers every read at once; it neither strips headers that could pass for identity nor notices a deletion before KV does.
- **refusals**: by the bounded gateway. A denied address also asks the brake, which here never says no.
${peers.map(({ checked, doesLess }) => `- **${checked.name}** does less: ${doesLess}.`).join('\n')}
`
  return await format(text, { parser: 'markdown' })
}

function figures({ name, samples }: Variant): string[] {
  return [
    name,
    typical(samples, 'cpuMicroseconds').toFixed(0),
    typical(samples, 'requestsPerSecond').toFixed(0),
    typical(samples, 'p50Ms').toFixed(2),
    typical(samples, 'p99Ms').toFixed(1),
  ]
}

function goals(
  { floor, bare, forwarding, bounded, strict, forged }: Variants,
  peers: readonly Compared[],
): string[][] {
  const kept = ratio(forwarding.samples, bounded.samples)
  return [
    goal('forwarding alone / bounded: the share kept', 0.95, kept),
    goal('forwarding alone / strict', 0.75, ratio(forwarding.samples, strict.samples)),
    goal('bare / bounded', 0.85, ratio(bare.samples, bounded.samples)),
    goal('floor / forged-token refusal', 0.7, ratio(floor.samples, forged.samples)),
    ...peers.map((peer) => {
      const theirs = ratio(peer.bare.samples, peer.checked.samples)
      return goal(`the share kept, above that of ${peer.checked.name}`, theirs, kept)
    }),
  ]
}

function goal(name: string, least: number, measured: number): string[] {
  return [name, least.toFixed(2), measured.toFixed(2), measured >= least ? 'yes' : 'no']
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
