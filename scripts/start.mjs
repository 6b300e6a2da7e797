// `npm start`. Plain JavaScript, so that an old Node gets as far as a sentence it understands, and so does a
// missing package.

import './node-version.mjs'

try {
  await import('./start.ts')
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' && !/optional|platform/.test(String(error)))
    throw error
  console.error(`A package is missing: run "npm ci" without --omit (${firstLine(error)})`)
  process.exitCode = 1
}

/** @param {unknown} error */
function firstLine(error) {
  return String(error).split('\n', 1)[0]
}
