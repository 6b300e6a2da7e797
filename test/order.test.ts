import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { SLOWEST } from './support/slowest-first.ts'

it('names files that there are as the slowest', () => {
  expect(SLOWEST.filter((file) => !existsSync(join(PROJECT_DIR, file)))).toEqual([])
})
