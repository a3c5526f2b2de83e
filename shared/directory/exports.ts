// People as an export shows them: whole, with all their groups, in order of creation. Those whose home is elsewhere are
// theirs to export.
import type { User } from '../model/user.ts';
import { openCursor, signCursor } from '../security/signed-cursor.ts';
import { keys } from '../store/keys.ts';
import { readCredential } from '../store/secret-items.ts';
import type { UserRecord } from '../store/user-items.ts';
import { type Context, orgOf } from './context.ts';
import { type Part, readAll, wholeUsers } from './search/people.ts';
import { walkPeople } from './user-lists.ts';

/** A person as a row that an import takes again. */
export type Exported = User & { passwordHash?: string };

const ALL: readonly Part[] = ['p', 's', 'r', 'a'];

export interface Portion {
  people: Exported[];
  /** Where to go on; absent at the end. A portion may be empty and still have one. */
  position?: string[];
}

export interface PortionInput {
  filter?: string | undefined;
  from?: string[] | undefined;
  /** People at most. */
  limit: number;
  /** Brings the hashes of passwords along: for an operator alone, whose context reads the secret partition. */
  passwords?: boolean;
}

/** The next people of the caller's org that a filter lets pass. */
export async function exportPortion(ctx: Context, { passwords, ...input }: PortionInput): Promise<Portion> {
  const { records, position } = await walkPeople(ctx, input);
  const own = records.filter(({ homeOrgId }) => !homeOrgId);
  const [users, hashes] = await Promise.all([wholeUsers(ctx, own, ALL), passwords ? readHashes(ctx, own) : []]);
  const people = users.map((user, i) => exported(user, own[i], hashes[i]));
  return { people, ...(position && { position }) };
}

/** A display name that only follows from the parts stays out: read back it would be one that somebody chose. */
function exported(user: User, record: UserRecord | undefined, passwordHash: string | undefined): Exported {
  const { displayName, ...names } = user.profile ?? {};
  const profile = { ...names, ...(displayName && record?.profile?.displayName && { displayName }) };
  const { profile: _shown, ...rest } = user;
  return { ...rest, ...(Object.keys(profile).length > 0 && { profile }), ...(passwordHash && { passwordHash }) };
}

async function readHashes(ctx: Context, records: readonly UserRecord[]): Promise<(string | undefined)[]> {
  const items = await readAll(
    ctx,
    records.map(({ orgId, id }) => keys.credential(orgId, id)),
  );
  return items.map((item) => readCredential(item)?.hash);
}

/** People of a page at most, and bytes: a Lambda answer ends at 6 MB, and quotes are escaped in it. */
const MOST_PEOPLE = 1000;
const MOST_BYTES = 4_000_000;
/** Bytes of one person at most, near enough: what their items may hold, and names around it. */
const MOST_EACH = 130_000;

/** Lines of a page, each with its line break, and a cursor where there may be more. */
export async function exportPage(
  ctx: Context,
  {
    filter,
    cursor,
    line,
  }: { filter?: string | undefined; cursor?: string | undefined; line: (person: User) => string },
): Promise<{ lines: string[]; nextCursor?: string }> {
  const scope = ['export', orgOf(ctx), filter ?? ''];
  let from = cursor === undefined ? undefined : openCursor(ctx.keys.cursors, scope, cursor);
  const lines: string[] = [];
  for (let bytes = 0; ; ) {
    const room = Math.min(MOST_PEOPLE - lines.length, Math.floor((MOST_BYTES - bytes) / MOST_EACH));
    if (room < 1) return { lines, ...(from && { nextCursor: signCursor(ctx.keys.cursors, scope, from) }) };
    const { people, position } = await exportPortion(ctx, { filter, from, limit: room });
    for (const person of people) {
      const text = line(person);
      bytes += Buffer.byteLength(text);
      lines.push(text);
    }
    from = position;
    if (!from) return { lines };
    // Fewer than asked for: the walk has looked at as many as one call may.
    if (people.length < room) return { lines, nextCursor: signCursor(ctx.keys.cursors, scope, from) };
  }
}
