// Each minute: whether a round of the reconciler is due, or one unfinished. It needs no stream.
import { reconcile } from '../shared/directory/search/reconcile.ts';
import { describeError } from '../shared/log.ts';
import { workerContext } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

export const worker: Worker = async (services) => {
  const { looked, corrected, more } = await reconcile(workerContext(services), {
    onFailure: ({ person: { orgId, userId }, error }) =>
      services.log({ level: 'error', message: 'projection failed', orgId, userId, error: describeError(error) }),
  });
  // In a quiet hour nobody is: the stream brought everyone already.
  if (corrected > 0) {
    services.log({ level: 'warn', message: `reconciled: ${corrected} of ${looked} were behind`, count: corrected });
  }
  return { corrected, runsToCome: more ? 1 : 0 };
};
