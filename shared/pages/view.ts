// A page's state as the HTML document a person sees, in their language. Pure: no request, no clock, no look-up.
// Not here: sentences (locales/), forms (forms.ts), what follows a form (outcomes.ts), the shell (layout.ts).
import type { Locale } from '../model/text.ts';
import { acceptInvite, forgotPassword, resetPassword, verifyEmail } from './forms.ts';
import { type Content, layout, type Speech } from './layout.ts';
import { deDE } from './locales/de-DE.ts';
import { enUS, type PageText } from './locales/en-US.ts';
import { frFR } from './locales/fr-FR.ts';
import { ptBR } from './locales/pt-BR.ts';
import { deadLink, done, refused } from './outcomes.ts';
import type { PageState } from './state.ts';

const TEXTS: Record<Locale, PageText> = { 'en-US': enUS, 'fr-FR': frFR, 'de-DE': deDE, 'pt-BR': ptBR };

/** The complete document for a state. What came from outside is escaped, no password is ever filled in. */
export function view(state: PageState, locale: Locale): string {
  const speech = { locale, text: TEXTS[locale] };
  return layout(contentOf(state, speech), speech);
}

function contentOf(state: PageState, speech: Speech): Content {
  switch (state.page) {
    case 'accept-invite':
      return acceptInvite(state, speech);
    case 'reset-password':
      return resetPassword(state, speech);
    case 'verify-email':
      return verifyEmail(state, speech);
    case 'forgot-password':
      return forgotPassword(state, speech);
    case 'done':
      return done(state, speech);
    case 'dead-link':
      return deadLink(state, speech);
    case 'refused':
      return refused(state, speech);
  }
}
