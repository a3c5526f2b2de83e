// What an e-mail address is here, and its one canonical spelling. Pure.
import { domainToASCII, domainToUnicode } from 'node:url';
import * as v from 'valibot';

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * NFC, trimmed, lower-cased; ASCII local part without quotes (at most 64), plus-tags kept; domain to A-labels; at most
 * 254 characters (RFC 5321 §4.5.3.1). Undefined for anything else: an odd address is refused, never folded into a
 * plainer one, since folding is how two people come to share an account.
 */
export function canonicalAddress(input: string): string | undefined {
  const text = input.trim();
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return undefined;
  // ASCII is tested as typed: some letters (the Kelvin sign) become ASCII by NFC or by lower-casing.
  const typedLocal = text.slice(0, at);
  const typedDomain = text.slice(at + 1);
  if (!/^[\x21-\x7e]+$/.test(typedLocal) || /[\s%/\\:?#[\]]/.test(typedDomain)) return undefined;
  const local = typedLocal.toLowerCase();
  const spelt = typedDomain.normalize('NFC').toLowerCase();
  const domain = domainToASCII(spelt);
  // IDNA maps full-width letters, ligatures and odd dots to plain ones: such a domain is refused, not read as another.
  const plain = /^[\x21-\x7e]*$/.test(typedDomain);
  if (!plain && (/^[\x21-\x7e]*$/.test(spelt) || domainToUnicode(domain) !== spelt)) return undefined;
  if (local.length > 64 || !LOCAL_PART.test(local) || !DOMAIN.test(domain) || /^[0-9.]+$/.test(domain))
    return undefined;
  const address = `${local}@${domain}`;
  return address.length <= 254 ? address : undefined;
}

/** A canonical address. Output is what `canonicalAddress` makes of the input. */
export const EmailAddress = v.pipe(
  v.string(),
  v.maxLength(320),
  // Before the transform: what comes after it says nothing about the input.
  v.metadata({ format: 'email' }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const address = canonicalAddress(dataset.value);
    if (address === undefined) {
      addIssue({ message: 'must be one e-mail address: ASCII local part without quotes, a domain with a dot' });
      return NEVER;
    }
    return address;
  }),
  v.brand('EmailAddress'),
);
export type EmailAddress = v.InferOutput<typeof EmailAddress>;

/** `n***@example.com`: enough for a person to recognise an address, too little to learn it. */
export function hintOf(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}***${address.slice(at)}`;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
