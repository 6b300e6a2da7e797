// `npm start`. Plain JavaScript, so that an old Node gets as far as a sentence it understands: the
// rest is TypeScript, which Node runs from 22.18 on. `npm ci` installs a Node 24 for it.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('./start.ts')
} else {
  console.error(
    `Node ${process.versions.node} is too old: run "npm ci" without --omit=optional, which installs ` +
      'Node 24 for linux and macOS on x64 and arm64, or start with Node 22.18 or later',
  )
  process.exitCode = 1
}
