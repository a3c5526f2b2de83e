// People who bring a password hash of another system: the first sign-in proves it and replaces it.
import { expect, test } from 'vitest';
import { readClaim } from '../../shared/store/claim-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { credentialItem, readCredential } from '../../shared/store/secret-items.ts';
import { readUserItem } from '../../shared/store/user-items.ts';
import { type TestService, testService } from '../support/service.ts';

const PASSWORD = 'correct horse battery staple';
const HASHES = {
  bcrypt: '$2b$10$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG',
  argon2i: '$argon2i$v=19$m=8192,t=3,p=2$c2l4dGVlbiBieXRlcyBvaw$G8TiSDB7c2m1nnYsX/4oYsKg9z8kcf80m4U+0x8LtTk',
  scrypt: '$scrypt$ln=14,r=8,p=1$c2l4dGVlbiBieXRlcyBvaw$v5kNBET/5cONeN0IfegeBC7yWfkzvBpBl8yBeQlYqig',
};
const TODAY = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

async function withHash(hash: string): Promise<{ service: TestService; stored: () => Promise<string | undefined> }> {
  const service = await testService();
  const { table } = service.services.directory;
  const { orgId, userId } = readClaim(await table.get(keys.emailClaim(service.seed.adminEmail))) ?? {};
  if (!orgId || !userId) throw new Error('the seed has no owner');
  const core = await table.get(keys.user(orgId, userId));
  const setAt = (core && readUserItem(core).passwordUpdatedAt) ?? '';
  await table.put(credentialItem(orgId, userId, { hash, setAt }), undefined, 'foreign');
  const stored = async () => readCredential(await table.get(keys.credential(orgId, userId)))?.hash;
  return { service, stored };
}

test.each(Object.entries(HASHES))('the first sign-in proves a hash of %s and replaces it', async (_, hash) => {
  const { service, stored } = await withHash(hash);
  const { adminEmail: email } = service.seed;
  const wrong = await service.call('POST', '/v1/sessions', { body: { email, password: 'not the passphrase at all' } });
  expect(wrong.status).toBe(401);
  expect(await stored()).toBe(hash);
  await service.signIn(email, PASSWORD);
  expect(await stored()).toMatch(TODAY);
  await service.signIn(email, PASSWORD);
});

test.each(['fail-before', 'commit-then-fail'] as const)(
  'a stop (%s) at the replacing loses no password',
  async (mode) => {
    const { service, stored } = await withHash(HASHES.bcrypt);
    const { adminEmail: email } = service.seed;
    service.faults.add({ service: 'dynamodb', operation: 'PutItem', mode, nth: 2, per: 'call' });
    const stopped = await service.call('POST', '/v1/sessions', { body: { email, password: PASSWORD } });
    service.faults.clear();
    expect(stopped.status).toBe(503);
    await service.signIn(email, PASSWORD);
    expect(await stored()).toMatch(TODAY);
  },
);
