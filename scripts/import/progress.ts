// How far an import has come: a bar on a terminal, and elsewhere a line now and then.

import { styleText } from 'node:util'

const BAR_WIDTH = 30
const LINES = 10

/** Shows how many rows of `total` are done. Call it with each number, the last one is `total`. */
export function createProgress(
  total: number,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
): (done: number) => void {
  let told = 0
  return function show(done) {
    const share = total === 0 ? 1 : done / total
    if (stream.isTTY) {
      const filled = Math.round(share * BAR_WIDTH)
      const bar = styleText('green', '█'.repeat(filled)) + '░'.repeat(BAR_WIDTH - filled)
      stream.write(`\r${bar} ${done}/${total} rows${done === total ? '\n' : ''}`)
      return
    }
    const step = Math.floor(share * LINES)
    if (step > told) stream.write(`${done} of ${total} rows\n`)
    told = step
  }
}
