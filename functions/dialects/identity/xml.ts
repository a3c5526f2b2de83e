// XML as strangers send it: well-formed, without a document type, without entities of its own, bounded in depth and
// number. Written with everything escaped.
import { SaxesParser } from 'saxes';
import { fail } from '../../../shared/model/problem.ts';

export interface Element {
  /** Without its prefix. */
  name: string;
  /** Namespace name; empty for none. */
  ns: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const MAX_DEPTH = 24;
const MAX_ELEMENTS = 20_000;

/** Fails with `malformed-request` for whatever is not plain, well-formed XML 1.0 with namespaces. */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const open: Element[] = [];
  let root: Element | undefined;
  let count = 0;
  const refuse = (): never => fail('malformed-request');
  // A document type may name entities, and they may name others: none is read at all.
  parser.on('doctype', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('error', refuse);
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (++count > MAX_ELEMENTS || open.length >= MAX_DEPTH) refuse();
    const values = Object.values(attributes).map((one) => [one.local, one.value]);
    const element: Element = { name: local, ns: uri, attributes: Object.fromEntries(values), children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('text', (chunk) => {
    const at = open.at(-1);
    if (at) at.text += chunk;
  });
  parser.on('cdata', (chunk) => {
    const at = open.at(-1);
    if (at) at.text += chunk;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root ?? refuse();
}

export const childOf = ({ children }: Element, name: string): Element | undefined =>
  children.find((child) => child.name === name);

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 cannot hold are left out. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (c) => ESCAPES[c] ?? c);
