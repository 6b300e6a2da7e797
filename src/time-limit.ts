/**
 * The promise's outcome, or `toError()` where it takes longer. What it stands for is not cancelled. By the
 * runtime's own timer, which takes a fraction of what `setTimeout` does and ends with the request.
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
