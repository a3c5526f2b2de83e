// Errors as AWS would answer them, by name. The SDK's error classes recognise each other by name, so these pass their
// `instanceof` too.

interface Shape {
  status: number;
  more?: Record<string, unknown>;
}

const SHAPES: Record<string, Shape> = {
  InternalServerError: { status: 500 },
  ServiceUnavailable: { status: 503 },
  Throttling: { status: 400, more: { $retryable: { throttling: true } } },
  ThrottlingException: { status: 400, more: { $retryable: { throttling: true } } },
  TransactionCanceledException: {
    status: 400,
    // Lost against another transaction; nothing says that a condition was refused.
    more: { CancellationReasons: [{ Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }] },
  },
  // The connection broke: there is no status.
  TimeoutError: { status: 0 },
};

/** The error that a call of `operation` would have failed with. Unknown names answer 400. */
export function awsFault(name: string, operation: string): Error {
  const { status, more } = SHAPES[name] ?? { status: 400 };
  return Object.assign(new Error(`injected ${name} in ${operation}`), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { ...(status > 0 && { httpStatusCode: status }), attempts: 1, totalRetryDelay: 0 },
    ...more,
  });
}
