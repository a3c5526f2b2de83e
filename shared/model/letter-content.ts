// What each letter shows, as data. Not here: its sentences and layout (mail), when it is due (directory).
import type { Instant, Locale } from './text.ts';

interface Addressed {
  /** The one canonical address the letter goes to. */
  to: string;
  locale: Locale;
  givenName?: string | undefined;
  orgName: string;
}

/** A way in: the absolute URL of the page with its token, the same by hand as 8 characters, and when both end. */
interface WayIn {
  link: string;
  code: string;
  expiresAt: Instant;
}

/** A letter that carries a link and a code. */
export type LinkLetter = Addressed &
  WayIn &
  (
    | { kind: 'invite'; inviterName?: string | undefined; note?: string | undefined }
    | { kind: 'activation' | 'password-reset' | 'address-proof' }
  );

/** An answer to someone who asked for a reset that this account cannot have. */
export type NoLinkLetter = Addressed & { kind: 'account-inactive' | 'account-locked' | 'federated-sign-in' };

/** To the old address. `newAddressHint` is masked (`n***@example.com`); `pending` while the new one is unproven. */
export type AddressChangedLetter = Addressed & { kind: 'address-changed'; newAddressHint: string; pending?: boolean };

/** Tells what happened `at`, and where to ask for a new password if it was someone else. */
export type NoticeLetter = Addressed & { kind: 'password-changed' | 'session-reuse'; at: Instant; forgotLink: string };

export type Letter = LinkLetter | NoLinkLetter | AddressChangedLetter | NoticeLetter;
