// The time a function may take, kept for it from outside.

export const TIMED_OUT = Symbol('timed out');

/** The work's result, or `TIMED_OUT` after `ms`; the work itself cannot be ended and goes on unheard. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
