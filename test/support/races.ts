// A race made real: calls wait between read and commit until enough of them have read.
import type { Answer, TestService } from './service.ts';

/** How many of the calls answered each status, with the code where it is a problem. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, headers, json } of answers.map(withJson)) {
    const problem = headers['content-type'] === 'application/problem+json';
    const name = problem ? `${status} ${json.code}` : String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const withJson = (answer: Answer) => {
  const { status, headers, body } = answer;
  return { status, headers, json: body.startsWith('{') ? JSON.parse(body) : undefined };
};

/** Makes `size` calls at once and holds them before their commits until all stand there. */
export async function race(
  service: TestService,
  size: number,
  call: (i: number) => Promise<Answer>,
): Promise<Answer[]> {
  service.faults.add({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    mode: 'hold',
    hold: { until: size, maxMs: 5000 },
  });
  try {
    return await Promise.all(Array.from({ length: size }, (_, i) => call(i)));
  } finally {
    service.faults.clear();
  }
}

/** Something that one waits for until another opens it. */
export function gate() {
  let open = (): void => undefined;
  let reach = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { opened, open: () => open(), reached, reach: () => reach() };
}
