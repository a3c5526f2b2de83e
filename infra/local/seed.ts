// The first org of a local table, its owner and its clients, and the file that tells tools about them.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Bootstrapped, bootstrap } from '../../shared/directory/bootstrap.ts';
import { problemOf } from '../../shared/model/problem.ts';
import type { Services } from '../../shared/services.ts';
import { readJson, writeSecretFile } from './data-folder.ts';
import { localContext } from './local-context.ts';
import { trouble } from './trouble.ts';

type Seed = Bootstrapped & { adminEmail: string; adminPassword: string };

export interface Credentials extends Seed {
  baseUrl: string;
  inboxUrl: string;
}

/** Seeds a table that was never seeded, and writes the credentials file (0600). `folder` holds the table's files. */
export async function seedOnce(
  services: Services,
  folder: string,
  file: string,
  urls: Pick<Credentials, 'baseUrl' | 'inboxUrl'>,
): Promise<Credentials> {
  const kept = join(folder, 'seed.json');
  const seed = readJson<Seed>(kept) ?? (await plant(services, kept));
  const { orgId, clientId, clientSecret, adminEmail, adminPassword, platformClientId, platformClientSecret } = seed;
  const own = { orgId, clientId, clientSecret, adminEmail, adminPassword, platformClientId, platformClientSecret };
  const credentials = { ...urls, ...own };
  writeSecretFile(file, credentials);
  return credentials;
}

async function plant(services: Services, file: string): Promise<Seed> {
  const admin = { adminEmail: 'owner@rollcall.test', adminPassword: randomBytes(18).toString('base64url') };
  try {
    const made = await bootstrap(localContext(services), { orgName: 'Example', ...admin });
    const seed = { ...made, ...admin };
    writeSecretFile(file, seed);
    return seed;
  } catch (error) {
    if (problemOf(error)?.code !== 'email-taken') throw error;
    throw trouble('The table holds data, but not the credentials that were made for it. Start once with --fresh.');
  }
}
