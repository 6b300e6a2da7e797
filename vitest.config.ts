import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build-once.ts',
    setupFiles: 'harness/scheduler.ts',
    // Loading wrangler, Miniflare and Playwright takes longer than many a file that needs them.
    isolate: false,
    // The tests wait for other processes more than they compute. Vitest leaves a core free by default.
    maxWorkers: '100%',
    // Real workerd and sqld on shared machines: a limit against hangs, not a measure.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // So are the limits on what a test waits for.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', './test/support/count-reporter.ts'],
  },
})
