import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/support/slowest-first.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build-once.ts',
    setupFiles: 'harness/scheduler.ts',
    // Loading wrangler, Miniflare and Playwright takes longer than many a file that needs them.
    isolate: false,
    // The tests wait for other processes, and for time to pass: with as many workers as cores, two cores are
    // idle for two fifths of a run. Vitest itself leaves one free.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowestFirst },
    // Real workerd and sqld on shared machines: a limit against hangs, not a measure.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // So are the limits on what a test waits for.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', './test/support/count-reporter.ts'],
  },
})
