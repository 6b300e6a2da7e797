// `npm run bench -- shadow`: what a forwarded GET costs while the gateway only watches (ENFORCEMENT=shadow), against
// the same gateway when it decides.

import { cpuRow, judgedRow, measureSideBySide } from './side-by-side.ts'

const MOST_TIMES = 1.02

const { enforce, shadow } = await measureSideBySide(10, async ({ startProduct, variant }) => ({
  enforce: variant('it decides', await startProduct()),
  shadow: variant('it watches', await startProduct({ ENFORCEMENT: 'shadow' })),
}))
console.table([cpuRow(enforce), judgedRow(shadow, enforce, MOST_TIMES)])
