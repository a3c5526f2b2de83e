// `npm start -- --demo`: the demo org, made once in a data folder.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bounceLetters, makeDemo } from '../../shared/directory/demo.ts';
import { localContext } from './local-context.ts';
import type { LocalService } from './local-service.ts';

/** Fills the seeded org and returns what to try; the second time it only says so. `folder` is the table's. */
export async function demoOnce(service: LocalService, folder: string): Promise<string> {
  const { services, credentials, baseUrl } = service;
  const mark = join(folder, 'demo');
  if (existsSync(mark)) return '  The demo org is there already: start with --fresh --demo for a new one.\n';
  const { orgId, clientId, adminPassword } = credentials;
  const demo = await makeDemo(localContext(services), orgId, clientId, adminPassword);
  await service.settle();
  await bounceLetters(localContext(services), orgId, demo.bouncing);
  writeFileSync(mark, '');
  return `
  A demo org of ${demo.people} people. TOKEN as in the README, then:

  curl -s "${baseUrl}/v1/users/typeahead?q=muller" -H "Authorization: Bearer $TOKEN"
  curl -sG ${baseUrl}/v1/users -H "Authorization: Bearer $TOKEN" -d sort=familyName \\
    --data-urlencode 'filter=state eq "inactive" or security.locked pr'
  curl -s "${baseUrl}/v1/events?type=user-deactivated" -H "Authorization: Bearer $TOKEN"

  Sign in as ${demo.email} with the password of the credentials file.
`;
}
