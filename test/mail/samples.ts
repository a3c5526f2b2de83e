// One letter of each kind, for the tests of this folder.

import { LetterKind } from '../../shared/model/letter.ts';
import type { Letter } from '../../shared/model/letter-content.ts';
import type { Instant, Locale } from '../../shared/model/text.ts';

export const LOCALES: Locale[] = ['en-US', 'fr-FR', 'de-DE', 'pt-BR'];
export const KINDS = LetterKind.options;
export const CODE = '7K3MX9QD';

const BASE = 'https://users.example.com';
const TOKEN = 'AQGZxk0v1nJ3mYt0tq0bS8qKkYf4mS1nXo2s7ZcQvE9LrW6yHd5uPgT3jBaN0iMxCzRkVwEoUlYhGfDsSaQp-n_b';

interface Names {
  givenName?: string;
  orgName?: string;
  inviterName?: string;
  note?: string;
}

/** A letter of this kind with ordinary names, or with those given. */
export function sample(kind: LetterKind, locale: Locale = 'en-US', names: Names = {}): Letter {
  const { givenName = 'Nadia', orgName = 'Nordlicht Logistik', inviterName = 'José Álvarez', note } = names;
  const letter = { to: 'nadia.brandt@example.com', locale, givenName, orgName };
  const link = (page: string) => `${BASE}/${page}?token=${TOKEN}&lang=${locale}`;
  const wayIn = { code: CODE, expiresAt: '2026-11-29T21:24:00Z' as Instant };
  const notice = { at: '2026-11-22T21:24:00Z' as Instant, forgotLink: `${BASE}/forgot-password?lang=${locale}` };
  switch (kind) {
    case 'invite':
      return { ...letter, ...wayIn, kind, link: link('accept-invite'), inviterName, note: note ?? 'Welcome!' };
    case 'activation':
      return { ...letter, ...wayIn, kind, link: link('accept-invite') };
    case 'password-reset':
      return { ...letter, ...wayIn, kind, link: link('reset-password') };
    case 'address-proof':
      return { ...letter, ...wayIn, kind, link: link('verify-email') };
    case 'address-changed':
      return { ...letter, kind, newAddressHint: 'n***@example.net' };
    case 'password-changed':
    case 'session-reuse':
      return { ...letter, ...notice, kind };
    default:
      return { ...letter, kind };
  }
}
