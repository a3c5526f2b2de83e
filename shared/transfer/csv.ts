// CSV (RFC 4180) as bytes that come in any pieces, to records and back. A record that is broken is told by its line and
// costs no other; none is ever kept longer than a record may be.

/** Bytes of one record, and cells in it. */
const MAX_RECORD = 256 * 1024;
const MAX_CELLS = 1000;

export type CsvRecord = { line: number } & ({ cells: string[] } | { broken: string });

export interface Reader<T> {
  push(bytes: Uint8Array): T[];
  end(): T[];
}

const [QUOTE, CR, LF] = [0x22, 0x0d, 0x0a];
const BOM = '\ufeff';

/** `plain`: in a cell without quotes. `closed`: behind the quote that ended a cell. `lost`: in a broken record, up to its end. */
type Place = 'start' | 'plain' | 'quoted' | 'closed' | 'lost';

/** Reads records. Lines count from 1, also those within quotes; empty lines are no records. */
export function csvReader(delimiter = ','): Reader<CsvRecord> {
  const comma = delimiter.charCodeAt(0);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const held = Buffer.allocUnsafe(MAX_RECORD);
  let ready: CsvRecord[] = [];
  let place: Place = 'start';
  /** Where each cell of the record ends. */
  let ends: number[] = [];
  let size = 0;
  let broken = '';
  let quotes = false;
  let line = 1;
  let first = 1;
  let beginning = true;
  let afterCr = false;

  const breakRecord = (why: string) => {
    broken ||= why;
  };

  const keep = (byte: number) => {
    if (size < MAX_RECORD) held[size++] = byte;
    else breakRecord('the record is too long');
  };

  const endCell = () => {
    if (ends.length < MAX_CELLS) ends.push(size);
    else breakRecord('the record has too many cells');
    place = 'start';
  };

  const endRecord = () => {
    endCell();
    const blank = ends.length === 1 && size === 0 && !quotes && !broken;
    if (!blank) ready.push({ line: first, ...(broken ? { broken } : record()) });
    [ends, size, broken, quotes] = [[], 0, '', false];
    beginning = false;
  };

  const record = (): { cells: string[] } | { broken: string } => {
    try {
      const cells = ends.map((end, i) => decoder.decode(held.subarray(ends[i - 1] ?? 0, end)));
      if (beginning && cells[0]?.startsWith(BOM)) cells[0] = cells[0].slice(1);
      return { cells };
    } catch {
      return { broken: 'the text is not UTF-8' };
    }
  };

  const separates = (byte: number): boolean => {
    if (byte === comma) endCell();
    else if (byte === CR || byte === LF) endRecord();
    else return false;
    return true;
  };

  const open = (byte: number) => {
    // A byte order mark stands before the first quote.
    const mark = beginning && ends.length === 0 && size === 3 && held[0] === 0xef;
    if (byte !== QUOTE || (size > (ends.at(-1) ?? 0) && !mark)) return false;
    quotes = true;
    place = 'quoted';
    return true;
  };

  const step = (byte: number) => {
    if (place === 'quoted') {
      if (byte === QUOTE) place = 'closed';
      else keep(byte);
    } else if (place === 'closed') {
      if (byte === QUOTE) {
        keep(byte);
        place = 'quoted';
      } else if (!separates(byte)) {
        breakRecord('something follows a closing quote');
        place = 'lost';
      }
    } else if (!separates(byte) && (place === 'lost' || !open(byte))) {
      if (place === 'start') place = 'plain';
      if (byte === QUOTE && place === 'plain') breakRecord('a quote stands within a cell that does not begin with one');
      keep(byte);
    }
  };

  const feed = (byte: number) => {
    const half = afterCr && byte === LF;
    afterCr = byte === CR;
    if (half && place !== 'quoted') return;
    if (ends.length === 0 && size === 0 && place === 'start') first = line;
    step(byte);
    if (byte === CR || (byte === LF && !half)) line++;
  };

  const taken = () => {
    const records = ready;
    ready = [];
    return records;
  };

  return {
    push(bytes) {
      for (let i = 0; i < bytes.length; i++) feed(bytes[i] as number);
      return taken();
    },
    end() {
      if (place === 'quoted') breakRecord('a quote is opened and never closed: nothing behind it was read');
      if (place !== 'start' || ends.length > 0 || size > 0) endRecord();
      return taken();
    },
  };
}

/** One record with its line break. */
export function csvLine(cells: readonly string[]): string {
  const [only] = cells;
  if (cells.length === 1 && only === '') return '""\r\n';
  return `${cells.map((cell) => (/[",;\r\n\ufeff]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
