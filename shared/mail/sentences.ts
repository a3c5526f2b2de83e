// The shape of one language: a kind or a sentence missing in a locale does not compile. Not here: the sentences.
import type { LetterKind } from '../model/letter.ts';
import type { Locale } from '../model/text.ts';

/** What any sentence may name. Names are inert already (see inert.ts). */
export interface Shown {
  org: string;
  to: string;
}

export interface InviteShown extends Shown {
  /** Absent where nobody in particular invited, or the name has nothing to show. */
  inviter: string | undefined;
}

export interface ChangeShown extends Shown {
  /** The new address, masked. */
  newAddress: string;
  /** Asked for, and not yet proven. */
  pending: boolean;
}

export interface NoticeShown extends Shown {
  /** A moment as this language writes it, with its time zone. */
  at: string;
}

interface LetterText<S> {
  subject: (shown: S) => string;
  /** Heading and HTML title, at most 70 characters: it names nobody. */
  title: string;
  /** The line that inboxes show beside the subject. Locked screens show it too: never a code. */
  preview: (shown: S) => string;
  body: (shown: S) => string[];
}

export interface LinkText<S> extends LetterText<S> {
  button: string;
  /** What happens if the reader does nothing. */
  ignore: (shown: S) => string;
}

export interface PlainText<S> extends LetterText<S> {
  /** For a reader who did not cause the letter. */
  otherwise: (shown: S) => string;
}

export interface ForgotText<S> extends PlainText<S> {
  button: string;
}

/** Every kind of the model has to be here, and so in every language. */
export interface LetterTexts extends Record<LetterKind, object> {
  invite: LinkText<InviteShown>;
  activation: LinkText<Shown>;
  'password-reset': LinkText<Shown>;
  'address-proof': LinkText<Shown>;
  'account-inactive': PlainText<Shown>;
  'account-locked': PlainText<Shown>;
  'federated-sign-in': PlainText<Shown>;
  'address-changed': PlainText<ChangeShown>;
  'password-changed': ForgotText<NoticeShown>;
  'session-reuse': ForgotText<NoticeShown>;
}

export interface Sentences {
  locale: Locale;
  greeting: (name?: string) => string;
  /** Before the link, spelled out. */
  linkLine: string;
  /** `page` is the address of the form that takes the code; without one the app that asked takes it. */
  codeLine: (page: string | undefined) => string;
  expiry: (when: string) => string;
  /** Before the inviter's note. */
  noteLine: (inviter?: string) => string;
  footer: (org: string) => string;
  letters: LetterTexts;
}
