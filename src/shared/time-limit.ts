/**
 * The promise's outcome; rejects with `toError()` if it takes longer. The work behind the promise is not
 * cancelled. Uses the runtime's own timer, which is much cheaper than `setTimeout` and ends with the
 * request.
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  timeoutMs: number,
  toError: () => Error,
): Promise<T> {
  const late = scheduler.wait(timeoutMs).then(() => {
    throw toError()
  })
  return await Promise.race([promise, late])
}
