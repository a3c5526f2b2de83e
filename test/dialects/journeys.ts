// What journeys of real clients have in common: what happens to people beside the client's own calls.
import type { Json } from '../support/service.ts';
import { ok, PASSWORD, type World } from '../support/world.ts';

/** Accepts the invite by the link that was mailed, as the page's form would, and signs in. */
export async function comesIn({ service }: World, email: string): Promise<void> {
  await service.deliver();
  const [letter] = await service.letters(email);
  const accept = { token: letter?.token, password: PASSWORD, acceptTerms: true };
  await ok(service.call('POST', '/v1/invites/accept', { body: accept }));
  await service.signIn(email, PASSWORD);
}

/** Times that a change without a version is tried again before its conflict stands. */
const TRIES = 3;

/** Runs a change of this person that is always overtaken: each commit that holds `text` waits until others made theirs. */
export async function overtaken<T>({ service, client }: World, id: string, text: string, run: () => Promise<T>) {
  const { faults } = service;
  const hold = () =>
    faults.add({
      ...{ service: 'dynamodb', operation: 'TransactWriteItems', key: text, mode: 'hold' },
      hold: { until: 2, maxMs: 60_000 },
    });
  hold();
  const result = run();
  for (let left = TRIES; left > 0; left--) {
    while (!faults.list().some(({ matched }) => matched > 0)) await new Promise((go) => setImmediate(go));
    const body = { custom: { custom5: String(left) } };
    await ok(service.call('PATCH', `/v1/users/${id}`, { token: client, body }));
    faults.clear();
    if (left > 1) hold();
  }
  return result;
}

/** A delete by the native API, for languages that have no words for one; gives the way back. */
export async function removed(world: World, id: string): Promise<() => Promise<Json>> {
  await ok(world.service.call('DELETE', `/v1/users/${id}`, { token: world.client }));
  return () => restored(world, id);
}

export const restored = ({ service, client }: World, id: string): Promise<Json> =>
  ok(service.call('POST', `/v1/users/${id}/restore`, { token: client }));

/** What a promise was refused with. */
export const refusal = (call: Promise<unknown>): Promise<Json> =>
  call.then(
    () => undefined,
    (error) => error,
  );
