// CSV as it comes: in pieces, with quotes and every kind of line break, and broken in every way.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type CsvRecord, csvLine, csvReader } from '../../shared/transfer/csv.ts';

function read(bytes: string | Uint8Array, sizes: number[] = [], delimiter?: string): CsvRecord[] {
  const reader = csvReader(delimiter);
  const all = Buffer.from(bytes as string);
  const records: CsvRecord[] = [];
  let from = 0;
  for (const size of sizes) {
    records.push(...reader.push(all.subarray(from, from + size)));
    from += size;
  }
  return [...records, ...reader.push(all.subarray(from)), ...reader.end()];
}

const cellsOf = (records: CsvRecord[]) => records.map((record) => ('cells' in record ? record.cells : record.broken));

describe('reading', () => {
  test.each([
    ['one line', 'a,b', [['a', 'b']]],
    ['a last line break', 'a,b\n', [['a', 'b']]],
    [
      'CRLF',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CR alone',
      'a,b\rc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'empty cells',
      ',\n,',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['empty lines between', 'a\n\n\r\nb', [['a'], ['b']]],
    ['an empty cell in quotes', '""\n', [['']]],
    ['quotes, doubled', '"a ""b"" c",d', [['a "b" c', 'd']]],
    ['a delimiter and line breaks in quotes', '"a,b\r\nc\nd",e', [['a,b\r\nc\nd', 'e']]],
    ['a byte order mark', '\ufeffa,b', [['a', 'b']]],
    ['a byte order mark before a quote', '\ufeff"a",b', [['a', 'b']]],
    ['spaces, which belong to the cell', ' a , b', [[' a ', ' b']]],
    ['letters of all scripts', 'É,日本,🦊', [['É', '日本', '🦊']]],
    ['nothing', '', []],
  ])('%s', (_, text, records) => {
    expect(cellsOf(read(text))).toEqual(records);
  });

  it('takes another delimiter', () => {
    expect(cellsOf(read('a;b\n"c;d";e', [], ';'))).toEqual([
      ['a', 'b'],
      ['c;d', 'e'],
    ]);
  });

  it('tells the line on which each record begins', () => {
    const records = read('a\r\n"b\r\nb\nb"\r\n\r\nc\n"d\rd"\ne');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 6, 7, 9]);
  });

  it('tells a broken record by its line and reads all others', () => {
    const bad = Buffer.concat([
      Buffer.from('a,b\n'),
      Buffer.from([0x63, 0xff, 0x2c, 0x64, 0x0a]),
      Buffer.from('e,f\n'),
    ]);
    expect(read(bad)).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, broken: 'the text is not UTF-8' },
      { line: 3, cells: ['e', 'f'] },
    ]);
    const quotes = read('a\n"b"c,d\ne"f\n"g""h"\ni');
    expect(quotes.map((record) => ('broken' in record ? record.line : record.cells[0]))).toEqual([
      'a',
      2,
      3,
      'g"h',
      'i',
    ]);
  });

  it('keeps nothing of a record that is too long, and reads what follows it', () => {
    const long = 'x'.repeat(300_000);
    const wide = ','.repeat(5000);
    const records = read(`a\n"${long}\nsneaked,in\n"\n${long}\n${wide}\nb`);
    expect(records.map((record) => ('broken' in record ? record.broken : record.cells))).toEqual([
      ['a'],
      'the record is too long',
      'the record is too long',
      'the record has too many cells',
      ['b'],
    ]);
  });

  it('makes no rows of what stands behind a quote that is never closed, and says so', () => {
    expect(read('a\nb,"c\nd\ne')).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, broken: 'a quote is opened and never closed: nothing behind it was read' },
    ]);
  });

  it('reads the same however the bytes are cut', () => {
    const nasty = fc.stringMatching(/^[a",\r\n\ufeff é🦊]{0,40}$/u);
    fc.assert(
      fc.property(nasty, fc.array(fc.nat(7), { maxLength: 20 }), (text, sizes) => {
        expect(read(text, sizes)).toEqual(read(text));
      }),
      { numRuns: 2000 },
    );
  });
});

const cell = fc.oneof(fc.string(), fc.stringMatching(/^[a",;\r\n\t '=+@-]{0,12}$/));
const table = fc
  .integer({ min: 1, max: 6 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

describe('writing', () => {
  it('is read back the same', () => {
    fc.assert(
      fc.property(table, (rows) => {
        // A mark at the very beginning of a file is no text: a header stands there.
        const text = csvLine(['header']) + rows.map(csvLine).join('');
        expect(cellsOf(read(text)).slice(1)).toEqual(rows);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read the same by another parser', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const text = rows.map(csvLine).join('');
        expect(parse(text, { relax_column_count: true, record_delimiter: '\r\n' })).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });
});
