// The directory as an operator's command opens it: the table of a deploy, or one that is named, and no key ring.
import * as v from 'valibot';
import type { Context } from '../../shared/directory/context.ts';
import { OrgId } from '../../shared/model/ids.ts';
import { problemOf } from '../../shared/model/problem.ts';
import { workerContext } from '../../shared/post-office.ts';
import { createServices, type Overrides } from '../../shared/services.ts';
import { readOutputs } from './outputs.ts';

/** What every command about an org takes. */
export const DIRECTORY_OPTIONS = {
  outputs: { type: 'string' },
  table: { type: 'string' },
  org: { type: 'string' },
} as const;

export interface Opened {
  orgId: OrgId;
  /** A context of this moment. */
  context(): Context;
}

/** Opens the table of `--outputs`, or that of `--table` (with AWS_ENDPOINT_URL_DYNAMODB: one elsewhere). */
export async function openDirectory(
  { outputs, table, org }: { outputs?: string | undefined; table?: string | undefined; org?: string | undefined },
  overrides: Overrides = {},
): Promise<Opened> {
  const named = v.safeParse(OrgId, org);
  if (!named.success) throw new Error('name the org by its id: --org 0192f0c1-…');
  const tableName = table ?? readOutputs(outputs).tableName;
  // No link is written here: the mailer writes it, with the address of the stage.
  const rest = { stage: 'operator', baseUrl: 'https://no-links.invalid', mailFrom: '', mailRatePerSecond: 1 };
  const services = await createServices({ ...rest, tableName, limitScale: 1, rings: {} }, overrides);
  return { orgId: named.output, context: () => workerContext(services) };
}

/** Runs a command; its failure is one line on stderr and exit code 1. */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    process.stderr.write(`\n${lineOf(error)}\n`);
    process.exitCode = 1;
  });
}

function lineOf(error: unknown): string {
  const problem = problemOf(error);
  const issues = (problem?.issues ?? []).map(({ pointer, message }) => `\n  ${pointer} ${message}`).join('');
  if (problem) return `${problem.code}${problem.detail ? `: ${problem.detail}` : ''}${issues}`;
  return error instanceof Error ? error.message : String(error);
}
