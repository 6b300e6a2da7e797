// Each command of the documents: the test that runs it and how that test names it, or why none can.

export interface RunCommand {
  readonly ranBy: string
  /** What stands in that test for the command. */
  readonly as: string
}

export interface UnrunCommand {
  readonly why: string
}

const START = 'test/scripts/start.test.ts'
const DEPLOY = 'test/scripts/deploy.test.ts'
const HERE = 'test/docs-commands.test.ts'

function here(file: string, piece: string): RunCommand {
  return { ranBy: HERE, as: `documented('${file}', '${piece}')` }
}

const ITSELF = { why: 'is what runs the tests' }
const CHECKS = { why: 'is run by .ci/run before a change lands, with the tests themselves' }
const TURSO = { why: 'needs a Turso account' }
const CLOUDFLARE = { why: 'needs a Cloudflare account' }
const MEASURES = { why: 'takes minutes; .ci/run runs the short form of the benchmark' }

/** By the beginning of the command; the longest that fits counts. */
export const COMMANDS: Readonly<Record<string, RunCommand | UnrunCommand>> = {
  'npm ci && npm start': { ranBy: START, as: "spawn('npm', ['start'" },
  'npm start': { ranBy: START, as: "spawn('npm', ['start'" },
  'npm ci && npm test': ITSELF,
  'npm ci': { why: '.ci/run begins with it' },
  'npm test': ITSELF,
  'npx vitest run test/keys': ITSELF,
  'npm run check': CHECKS,
  'npm run types': CHECKS,
  'npm run lint': CHECKS,
  'npm run dev': { why: 'is npm start with a second server, which waits for changes' },
  'npm run migration': {
    why: 'writes into the project; test/architecture.test.ts holds what it wrote',
  },
  'npm run fuzz': { why: 'is random; the suite runs the same cases from fixed seeds' },
  'npm run edge -- --kill 20': { ranBy: 'test/edge/kill.test.ts', as: 'kill' },
  'npm run edge': { ranBy: 'test/edge/histories.test.ts', as: 'runHistory' },
  'npm run bench': MEASURES,
  'apt-get install wrk': { why: '.ci/run does it' },
  'npm run screenshots': { why: 'writes into the project; the pages are driven by test/browser' },
  'npm run lighthouse': { why: 'fetches Lighthouse' },
  'npm run doctor': here('docs/operate/backup.md', '--url https://gateway.example.com --repair'),
  'npm run --silent secrets': { ranBy: DEPLOY, as: 'makeSecrets' },
  'npm run deploy': { ranBy: DEPLOY, as: 'scripts/deploy.ts' },
  'LIBSQL_AUTH_TOKEN=… npm run deploy': { ranBy: DEPLOY, as: 'scripts/deploy.ts' },
  'npx wrangler': CLOUDFLARE,
  'turso ': TURSO,
}
