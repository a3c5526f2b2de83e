// Files of people to rows and back: columns, mapping, cells that no spreadsheet runs.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readImportRow } from '../../shared/model/import-row.ts';
import { problemOf } from '../../shared/model/problem.ts';
import {
  type Column,
  fromCells,
  readHeader,
  readMapping,
  toCells,
  USER_COLUMNS,
} from '../../shared/transfer/columns.ts';
import { type FileRow, type Format, type ReadOptions, rowReader, rowWriter } from '../../shared/transfer/rows.ts';

function read(format: Format, bytes: string | Uint8Array, options?: ReadOptions): FileRow[] {
  const reader = rowReader(format, options);
  return [...reader.push(Buffer.from(bytes as string)), ...reader.end()];
}

const inputs = (rows: FileRow[]) => rows.map((row) => ('input' in row ? row.input : row.problem.issues?.[0]?.message));

function issuesOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    return (problemOf(error)?.issues ?? []).map(({ pointer, message }) => `${pointer} ${message}`);
  }
  return [];
}

describe('the rows of a CSV', () => {
  it('have members by their paths, of their types; an empty cell is an absent member', () => {
    const header =
      'email,profile.givenName,profile.timeZones.primary,roles,security.mustChangePassword,savedViews.calls';
    const text = `${header}\na@b.test,Ada,Europe/Paris,"[""admin""]",true,7\nb@b.test,,,member;viewer,No,\n`;
    expect(inputs(read('csv', text))).toEqual([
      {
        email: 'a@b.test',
        profile: { givenName: 'Ada', timeZones: { primary: 'Europe/Paris' } },
        roles: ['admin'],
        security: { mustChangePassword: true },
        savedViews: { calls: 7 },
      },
      { email: 'b@b.test', roles: ['member', 'viewer'], security: { mustChangePassword: false } },
    ]);
  });

  it('may have columns of other names, and columns that are left out', () => {
    const mapping = readMapping('Mail=email, First name = profile.givenName ,Shoe size=');
    const text = 'Mail,First name,Shoe size,PROFILE.familyname\na@b.test,Ada,38,Lovelace\n';
    expect(inputs(read('csv', text, { mapping }))).toEqual([
      { email: 'a@b.test', profile: { givenName: 'Ada', familyName: 'Lovelace' } },
    ]);
  });

  it('are not begun with while a column is unknown: each is named', () => {
    expect(issuesOf(() => read('csv', 'Mail,name,email,EMAIL\n'))).toEqual([
      '/columns/Mail is no member of a person',
      '/columns/name is no member of a person',
      '/columns/EMAIL names a member that another column names',
    ]);
    expect(issuesOf(() => read('csv', 'username\n'))).toEqual(['/columns/email is missing']);
    expect(issuesOf(() => readHeader(['email'], readMapping('Mail=email')))).toEqual([
      '/map/Mail is no column of the file',
    ]);
    expect(issuesOf(() => readMapping('Mail'))).toEqual(['/map/Mail must be NAME=MEMBER']);
    expect(issuesOf(() => read('csv', Buffer.from('\ufeffemail', 'utf16le')))).toEqual(['/columns/email is missing']);
  });

  it('are told by number and line where they are broken', () => {
    const rows = read('csv', 'email,username\na@b.test,"a\nb"\nb@b.test\nc@b.test,c,c\nd@b.test,d\n');
    expect(rows.map(({ n, line }) => [n, line])).toEqual([
      [1, 2],
      [2, 4],
      [3, 5],
      [4, 6],
    ]);
    expect(inputs(rows)[1]).toBe('the record has 1 cells, the header 2');
    expect(inputs(rows)[2]).toBe('the record has 3 cells, the header 2');
    expect(inputs(rows)[3]).toEqual({ email: 'd@b.test', username: 'd' });
  });

  it('leave what a type does not allow to the schema, which names it', () => {
    const [row] = read(
      'csv',
      'email,savedViews.calls,contact.addresses,telephony.recordCalls\na@b.test,seven,[oops,perhaps\n',
    );
    const found = row && 'input' in row ? readImportRow(row.input) : undefined;
    const pointers = found && 'problem' in found ? found.problem.issues?.map(({ pointer }) => pointer) : [];
    expect(pointers?.sort()).toEqual(['/contact/addresses', '/savedViews/calls', '/telephony/recordCalls']);
  });
});

describe('the rows of NDJSON', () => {
  it('are values a line; broken ones are told by line', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"email":"a@b.test"}\r\n\n[1]\n{oops\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`"${'x'.repeat(300_000)}"\n{"email":"b@b.test"}`),
    ]);
    const rows = read('ndjson', bytes);
    expect(rows.map(({ n, line }) => [n, line])).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 6],
      [6, 7],
    ]);
    expect(inputs(rows)).toEqual([
      { email: 'a@b.test' },
      [1],
      'the line is not JSON, or has a member twice',
      'the text is not UTF-8',
      'the line is too long',
      { email: 'b@b.test' },
    ]);
  });

  it('have each member once, by the rules of a request’s body', () => {
    const twice = 'the line is not JSON, or has a member twice';
    const text = [
      '{"email":"a@b.test","email":"c@b.test"}',
      '{"email":"a@b.test","profile":{"givenName":"Ada","given\\u004eame":"Eve"}}',
      '{"email":"a@b.test","profile":{"givenName":"\\ud800"}}',
      '{"email":"a@b.test","roles":["email","email"],"profile":{"familyName":"email"}}',
    ].join('\n');
    expect(inputs(read('ndjson', text))).toEqual([
      ...[twice, twice, twice],
      { email: 'a@b.test', roles: ['email', 'email'], profile: { familyName: 'email' } },
    ]);
    const cells = 'email,roles\na@b.test,"[{""a"":1,""a"":2}]"\n';
    expect(inputs(read('csv', cells))).toEqual([{ email: 'a@b.test', roles: '[{"a":1,"a":2}]' }]);
  });

  it('read the same however the bytes are cut', () => {
    const line = fc.oneof(fc.json(), fc.constantFrom('', '{', '\r', 'é🦊'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(9), { maxLength: 12 }), (lines, sizes) => {
        const text = Buffer.from(lines.join('\n'));
        const reader = rowReader('ndjson');
        const rows: FileRow[] = [];
        let from = 0;
        for (const size of sizes) {
          // The same memory is filled anew, as a file's stream does.
          const piece = Uint8Array.from(text.subarray(from, from + size));
          rows.push(...reader.push(piece));
          piece.fill(0);
          from += size;
        }
        rows.push(...reader.push(text.subarray(from)), ...reader.end());
        expect(rows).toEqual(read('ndjson', text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('cells', () => {
  const column = (path: string) => USER_COLUMNS.filter((it) => it.path === path);
  const cellOf = (text: string) => toCells({ username: text }, column('username'))[0];
  const textOf = (cell: string) => fromCells([cell], column('username')).username;

  test.each(['=1+1', '+49 30 1', '-5', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', "'=1", "''=1", "'", ''])(
    '%j is no formula in a spreadsheet, and reads back the same',
    (text) => {
      expect(cellOf(text)).toBe(`'${text}`);
      expect(textOf(cellOf(text) ?? '')).toBe(text);
    },
  );

  test.each(["'tis", 'a=b', 'a@b.test', '1-2', "O'Neil"])('%j needs no guard', (text) => {
    expect(cellOf(text)).toBe(text);
    expect(textOf(text)).toBe(text);
  });

  it('of a file that nobody guarded are taken as they are', () => {
    expect(['+49 30 1', '-5', "'tis", '=x'].map(textOf)).toEqual(['+49 30 1', '-5', "'tis", '=x']);
  });

  it('of numbers are numbers', () => {
    const latitude = column('presence.geolocation.latitude');
    expect(toCells({ presence: { geolocation: { latitude: -33.5 } } }, latitude)).toEqual(['-33.5']);
    expect(fromCells(['-33.5'], latitude)).toEqual({ presence: { geolocation: { latitude: -33.5 } } });
  });
});

const text = fc.oneof(
  fc.string(),
  fc.stringMatching(/^['=+@",;\r\n\t-]{0,8}$/),
  fc.constantFrom('=cmd|A1', "'", '\ufeff'),
);
const json = fc.oneof(
  fc.array(text, { minLength: 1, maxLength: 3 }),
  fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    text,
    { minKeys: 1, maxKeys: 3 },
  ),
);
const valueFor = ({ type, list }: Column): fc.Arbitrary<unknown> => {
  if (type === 'number')
    return fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n || 0),
    );
  if (type === 'boolean') return fc.boolean();
  if (list) return fc.array(text, { maxLength: 3 });
  return type === 'json' ? json : text;
};

/** A random person: some of the columns, each with a value that its type allows. */
const person = fc
  .subarray([...USER_COLUMNS], { maxLength: 30 })
  .chain((columns) => fc.tuple(...columns.map((column) => valueFor(column).map((value) => [column, value] as const))))
  .map((pairs) => {
    const record = {};
    for (const [{ path }, value] of [...pairs]) set(record, path.split('.'), value);
    set(record, ['email'], 'a@b.test');
    return record as Record<string, unknown>;
  });

function set(record: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) record[name] = value;
  else {
    record[name] ??= {};
    set(record[name] as Record<string, unknown>, rest, value);
  }
}

test.each(['csv', 'ndjson'] as const)(
  'people written as %s are read back equal, and written again the same',
  (format) => {
    fc.assert(
      fc.property(fc.array(person, { minLength: 1, maxLength: 5 }), (people) => {
        const writer = rowWriter(format, USER_COLUMNS);
        const write = (all: object[]) => writer.head + all.map(writer.line).join('');
        const file = write(people);
        const back = inputs(read(format, file)) as object[];
        expect(back).toEqual(people);
        expect(write(back)).toBe(file);
      }),
      { numRuns: 500 },
    );
  },
);
