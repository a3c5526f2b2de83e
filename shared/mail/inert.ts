// Makes text that strangers chose safe to stand in a letter: one visible line, no live link, no header trick. The
// model refuses most of it on the way in; records older than its rules, imports and dialects still come through here.
// Not here: escaping for HTML (shared/html.ts).

/** Code points of a name that a letter shows. */
const NAME_MAX = 64;
/** Code points of a note that a letter shows; the API takes as many. */
const NOTE_MAX = 500;
const NOTE_LINES_MAX = 20;

// Format characters (bidi controls, zero widths) vanish, save the two joiners, which Persian and Hindi names need.
const INVISIBLE = /(?!\p{Join_C})[\p{Cf}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0\u2800]/gu;
const BREAKS_AND_SPACES = /[\p{Cc}\p{Z}]+/gu;

// Mail clients make links out of bare text. A space is the break every one of them stops at, and unlike `[.]` it
// leaves an honest name (St.John, Acme.com, R&D:Berlin) readable. U+3002, U+FF0E, U+FF61 are dots to a browser too.
const DOT = /(?<=\S)[.\u2024\u3002\uff0e\uff61](?=[\p{L}\p{N}\p{M}\p{S}\p{Join_C}_-])/gu;
const SCHEME = /(?<=[a-z][a-z0-9+.-]*)[:\uff1a](?=\S)/giu;
const AT = /(?<=\S)[@\ufe6b\uff20](?=\S)/gu;
const INITIALS = /(?<![\p{L}\p{N}])\p{L}\.(?=\p{L}\.)/gu;
/** Stands for the dot between initials while the other dots are broken. A noncharacter: removed from any input. */
const KEPT_DOT = '\ufdd0';

/**
 * A name on one line without anything a mail client would link, at most 64 characters; empty if nothing is left.
 * Template signs stay as they are: nothing here or later expands them.
 */
export function inertName(name: string): string {
  return cut(inertLine(name), NAME_MAX);
}

/** The lines of a note, inert like a name, at most 500 characters and 20 lines in all, without blank ones. */
export function inertNote(note: string): string[] {
  const lines = cut(note.toWellFormed(), NOTE_MAX).split(/\r\n|[\r\n\u2028\u2029]/);
  return lines
    .map(inertLine)
    .filter((line) => line !== '')
    .slice(0, NOTE_LINES_MAX);
}

function inertLine(text: string): string {
  const visible = text.toWellFormed().normalize('NFC').replace(INVISIBLE, '').replace(BREAKS_AND_SPACES, ' ').trim();
  const unlinked = visible
    .replace(INITIALS, (initial) => initial.replace('.', KEPT_DOT))
    .replace(SCHEME, '$&\u0020')
    .replace(DOT, '$& ')
    .replace(AT, ' $& ');
  // An encoded word (RFC 2047) is ours to write: taken over as it stands, it would be decoded in the Subject.
  return unlinked.replaceAll(KEPT_DOT, '.').replace(/=\?/g, '= ?');
}

function cut(text: string, max: number): string {
  const points = Array.from(text);
  return points.length <= max
    ? text
    : `${points
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}
