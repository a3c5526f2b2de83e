// The operator's import beside a bare client that sends the very same transactions: goal 8. The command's pace, which is
// for the sake of others, is left out.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { localContext } from '../../infra/local/local-context.ts';
import { importFile } from '../../infra/operate/import-file.ts';
import { type TestService, testService } from '../support/service.ts';
import { openTable } from '../support/table.ts';
import { type Line, median } from './lines.ts';

export const GOAL = 0.7;
const [ROUNDS, ROUND_ROWS] = [7, 1000];

export interface Round {
  /** Rows a second. */
  ours: number;
  bare: number;
}

export const ratioOf = (rounds: readonly Round[]): number => median(rounds.map(({ ours, bare }) => ours / bare));

export async function compareImport(): Promise<Line[]> {
  const rounds = await withFolder(async (place) => compareRounds(await testService({ at: new Date() }), place));
  const [ratio, ours, bare] = [
    ratioOf(rounds),
    ...(['ours', 'bare'] as const).map((who) => Math.round(median(rounds.map((round) => round[who])))),
  ];
  const met = rounds.filter((round) => round.ours / round.bare >= GOAL).length;
  return [
    {
      goal: 8,
      what: `import, ${ROUNDS} rounds of ${ROUND_ROWS} rows`,
      figure: `${Math.round(ratio * 100)} % of a bare client (${ours} against ${bare} rows/s), ${met} of ${ROUNDS} rounds`,
      wanted: '≥ 70 %',
      verdict: ratio >= GOAL && met >= ROUNDS - 1 ? 'pass' : 'fall short',
    },
  ];
}

/** A folder on the RAM disk, where there is one, that goes afterwards. */
export async function withFolder<T>(run: (place: string) => Promise<T>): Promise<T> {
  const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rollcall-import-'));
  try {
    return await run(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

export function csvOf(rows: number, name: string): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${name}.${i}@moved.test,Given${i},Family${i % 997},Engineer,${i % 2 ? 'Sales' : 'Support'}`,
  );
  return `email,profile.givenName,profile.familyName,profile.title,profile.department\n${lines.join('\n')}\n`;
}

/** After one that warms both up. The other table lies in the same emulator. */
export async function compareRounds(service: TestService, place: string): Promise<Round[]> {
  const bare = await openTable();
  const marshallOptions = { removeUndefinedValues: true };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(bare.dynamo), { marshallOptions });
  const directory = { orgId: service.seed.orgId, context: () => localContext(service.services) };
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const file = join(place, `round-${round}.csv`);
    writeFileSync(file, csvOf(ROUND_ROWS, `round${round}`));
    let ms = 0;
    const calls = await service.trace(async () => {
      const began = performance.now();
      await importFile(directory, { file, format: 'csv' });
      ms = performance.now() - began;
    });
    const sent = calls.filter(({ operation }) => operation === 'TransactWriteItems').map(({ input }) => input);
    const floor = await sentAgain(client, bare.tableName, sent);
    if (round > 0) rounds.push({ ours: (ROUND_ROWS / ms) * 1000, bare: (ROUND_ROWS / floor) * 1000 });
  }
  client.destroy();
  return rounds;
}

/** Milliseconds that these transactions take, as many at a time as the import sends. */
async function sentAgain(
  client: DynamoDBDocumentClient,
  TableName: string,
  inputs: Record<string, unknown>[],
): Promise<number> {
  const commands = inputs.map(({ TransactItems }) => {
    const parts = (TransactItems as Record<string, object>[]).map((entry) =>
      Object.fromEntries(Object.entries(entry).map(([kind, part]) => [kind, { ...part, TableName }])),
    );
    return new TransactWriteCommand({ TransactItems: parts });
  });
  const began = performance.now();
  const next = async () => {
    for (let command = commands.shift(); command; command = commands.shift()) await client.send(command);
  };
  await Promise.all(Array.from({ length: 4 }, next));
  return performance.now() - began;
}
