/** The promise's outcome, or `toError()` where it takes longer. What it stands for is not cancelled. */
export async function withTimeout<T>(
  promise: Promise<T>,
  timeoutMs: number,
  toError: () => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(toError()), timeoutMs)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
