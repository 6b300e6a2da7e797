// Wrangler runs this before each build (wrangler.toml, [build]). Without the checks of `npm run deploy` the
// database would not be migrated, and another environment could be replaced.

if (process.env.PORTAL_GATEWAY_BUILD === undefined) {
  console.error('Not with wrangler alone: use "npm run deploy", which checks and migrates first')
  process.exitCode = 1
}
