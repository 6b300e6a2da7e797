// `npm start`. Plain JavaScript, so that an old Node gets as far as a sentence it understands: the
// rest is TypeScript, which Node runs from 22.18 on. `npm ci` installs a Node 24 for it.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  try {
    await import('./start.ts')
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' && !/optional|platform/.test(String(error)))
      throw error
    console.error(`A package is missing: run "npm ci" without --omit (${firstLine(error)})`)
    process.exitCode = 1
  }
} else {
  console.error(
    `Node ${process.versions.node} is too old: run "npm ci" without --omit, which installs ` +
      'Node 24 for linux and macOS on x64 and arm64, or start with Node 22.18 or later',
  )
  process.exitCode = 1
}

/** @param {unknown} error */
function firstLine(error) {
  return String(error).split('\n', 1)[0]
}
