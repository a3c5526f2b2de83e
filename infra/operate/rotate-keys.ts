// Gives a key ring a new key, or takes the old ones away. Taking away the old keys of `links` voids every link and code
// sent so far; those of `signing` end every session; those of `clients` every client secret.
//
//   npm run rotate-keys -- --outputs outputs.json --ring links              new letters use the new key
//   npm run rotate-keys -- --outputs outputs.json --ring links --drop-old   nothing made with an older key works
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RINGS } from '../../shared/config.ts';
import { readKeyRing } from '../../shared/security/key-ring.ts';
import { readOutputs } from './outputs.ts';

/** The ring with one more key; with `dropOld` that key alone. */
export function rotated(json: string, newSecret: string, dropOld: boolean): string {
  const { current, versions, secret } = readKeyRing(json);
  if (current >= 255) throw new Error('the ring has used all of its versions');
  const kept = dropOld ? [] : versions.map((version) => [String(version), secret(version)]);
  return JSON.stringify(Object.fromEntries([...kept, [String(current + 1), newSecret]]));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { outputs: { type: 'string' }, ring: { type: 'string' }, 'drop-old': { type: 'boolean' } },
  });
  const ring = RINGS.find((name) => name === values.ring);
  if (!ring) throw new Error(`name the ring: --ring ${RINGS.join(' | ')}`);
  const SecretId = readOutputs(values.outputs).keyRings[ring];
  const secrets = new SecretsManagerClient({});
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const next = rotated(SecretString, randomBytes(48).toString('base64url'), values['drop-old'] === true);
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: next }));
  process.stdout.write(`The ring "${ring}" makes with a new key. Running instances take it up within five minutes.\n`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
