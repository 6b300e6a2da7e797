// Each command of the documents: the test that runs it and what stands there for it, or why none can.

export type Account =
  | { readonly ranBy: string; readonly as: string }
  /** Why no test runs it. */
  | { readonly why: string }

/** Pages and a piece of a command there, which docs-commands.test.ts runs as it is written. */
export const RUN_AS_WRITTEN: readonly (readonly [file: string, piece: string])[] = [
  ['README.md', 'Token cpk_'],
  ['docs/integrate/using-a-key.md', 'example/customer'],
  ['docs/integrate/using-a-key.md', 'api/v1/key'],
  ['docs/integrate/leaks.md', 'api/v1/leaks'],
  ['docs/integrate/admin-api.md', '$API/keys'],
  ['docs/integrate/client-libraries.md', 'client.mjs GET'],
  ['docs/operate/deploying.md', 'umask'],
  ['docs/operate/deploying.md', 'operator/accounts'],
  ['docs/operate/deploying.md', 'Token cpk_'],
  ['docs/operate/users.md', '/users'],
  ['docs/operate/monitoring.md', '/health'],
  ['docs/operate/runbook.md', '/health'],
  ['docs/operate/runbook.md', '/v2/pipeline'],
  ['docs/operate/runbook.md', 'operator/audit'],
  ['docs/operate/runbook.md', 'suspended'],
  ['docs/operate/runbook.md', 'operator/events'],
  ['docs/operate/switching-over.md', 'operator/shadow'],
  ['docs/operate/events.md', 'whsec_'],
  ['docs/operate/events.md', 'operator/events/retry'],
  ['docs/operate/backup.md', 'SQLD='],
  ['docs/operate/backup.md', '$LIBSQL_HTTP_URL/dump'],
  ['docs/operate/backup.md', 'tail'],
  ['docs/operate/backup.md', '8080/dump'],
  ['docs/operate/backup.md', 'rm -r'],
  ['docs/operate/backup.md', 'executeMultiple'],
  ['docs/operate/backup.md', '.com --repair'],
]

const START = { ranBy: 'test/scripts/start.test.ts', as: "spawn('npm', ['start'" }
const DEPLOY = { ranBy: 'test/support/deployer.ts', as: 'scripts/deploy.ts' }
const DRILL = { ranBy: 'test/docs-commands.test.ts', as: "'DATA_DIR=drill/data npm run doctor" }
const TESTS = { why: 'is what runs the tests' }
const GATE = { why: '.ci/run runs it before a change lands, with the tests themselves' }

/** By the beginning of a command; the longest that fits counts. */
export const COMMANDS: Readonly<Record<string, Account>> = {
  'npm ci && npm start': START,
  'npm start': START,
  'IDENTITY=demo-oidc npm start': {
    ranBy: 'test/scripts/start.test.ts',
    as: "IDENTITY: 'demo-oidc'",
  },
  'npm ci && npm test': TESTS,
  'npm ci': GATE,
  'npm test': TESTS,
  'npx vitest run test/keys': TESTS,
  'npm run check': GATE,
  'npm run format': GATE,
  'npm run types': GATE,
  'npm run lint': GATE,
  'npm run build': GATE,
  'npm run bench': GATE,
  'apt-get install wrk': GATE,
  'apt-get install webkit2gtk-driver': GATE,
  'npm run edge': { ranBy: 'test/edge/histories.test.ts', as: 'explore({' },
  'npm run edge -- --kill': { ranBy: 'test/edge/kill.test.ts', as: 'killAgainAndAgain(' },
  'npm run fuzz': { why: 'draws new cases each time; the suite has its own, from fixed seeds' },
  'npm run doctor': DRILL,
  'npm run import': { ranBy: 'test/scripts/import.test.ts', as: 'scripts/import.ts' },
  'DATA_DIR=drill/data npm run doctor': DRILL,
  'npm run --silent secrets': { ranBy: 'test/docs-commands.test.ts', as: "'umask')" },
  'npm run deploy': DEPLOY,
  'LIBSQL_AUTH_TOKEN=… npm run deploy': DEPLOY,
  'npm run dev': { why: 'is npm start and a server of Vite, which waits for changes' },
  'npm run migration': { why: 'writes into the project' },
  'npm version': { why: 'makes a commit and a tag' },
  'git push': { why: 'needs a repository to push to' },
  'npm run screenshots': { why: 'writes into the project; test/browser drives the same page' },
  'npm run lighthouse': { why: 'fetches Lighthouse' },
  'npx wrangler': { why: 'needs a Cloudflare account' },
  'turso ': { why: 'needs a Turso account' },
  'curl -sv -o /dev/null https://api.commpeak.com/': { why: 'calls the real Portal API' },
}
