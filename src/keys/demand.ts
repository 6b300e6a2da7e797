// How much of the demand for a key one location has. An authority keeps it in memory, since it only decides how
// what is left is divided.

const SPAN_MS = 1_000

/** What was asked for in this span and in the one before. */
export class Demand {
  private startMs = -Infinity
  private current = 0
  private before = 0

  /** Notes what a location asks for at `nowMs`. Answers its share, from 0 to 1. */
  share(asked: number, nowMs: number): number {
    const elapsedMs = nowMs - this.startMs
    if (elapsedMs < 0 || elapsedMs >= SPAN_MS) {
      this.before = elapsedMs >= 0 && elapsedMs < 2 * SPAN_MS ? this.current : 0
      this.current = 0
      this.startMs = nowMs
    }
    this.current += asked
    const part = 1 - Math.min((nowMs - this.startMs) / SPAN_MS, 1)
    const total = this.current + this.before * part
    return total === 0 ? 1 : asked / total
  }
}
