// The one command after a first deploy: makes the first org, invites its owner, and shows the first clients' secrets.
//
//   npm run first-admin -- --outputs outputs.json --org "Example Ltd" --email you@example.com
import { parseArgs } from 'node:util';
import { bootstrapByInvite } from '../../shared/directory/bootstrap.ts';
import { workerContext } from '../../shared/post-office.ts';
import { createServices } from '../../shared/services.ts';
import { readOutputs } from './outputs.ts';

const { values } = parseArgs({
  options: { outputs: { type: 'string' }, org: { type: 'string' }, email: { type: 'string' } },
});

async function main(): Promise<void> {
  const { outputs, org: orgName, email: adminEmail } = values;
  if (!orgName || !adminEmail)
    throw new Error('name the org and its first owner: --org "Example Ltd" --email you@example.com');
  const { tableName, keyRings } = readOutputs(outputs);
  const services = await createServices({
    stage: 'operator',
    tableName,
    // No link is written here: the mailer writes it, with the address of the stage.
    baseUrl: 'https://no-links.invalid',
    mailFrom: '',
    mailRatePerSecond: 1,
    limitScale: 1,
    rings: { clients: { secretArn: keyRings.clients } },
  });
  const made = await bootstrapByInvite(workerContext(services), { orgName, adminEmail });
  const { invite, ...secrets } = made;
  process.stdout.write(
    `${JSON.stringify({ ...secrets, invited: invite.email, expiresAt: invite.expiresAt }, null, 2)}\n`,
  );
  process.stdout.write('The letter is on its way. The secrets are shown this once: keep them in a safe place.\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
