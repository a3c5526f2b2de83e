// The views as text: every state in every language. Not here: what a browser makes of it (browser.test.ts).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageHeaders } from '../../shared/pages/headers.ts';
import { LANGUAGES } from '../../shared/pages/locale.ts';
import type { FieldName, PageState } from '../../shared/pages/state.ts';
import { STYLE } from '../../shared/pages/style.ts';
import { view } from '../../shared/pages/view.ts';
import { SAMPLES, TOKEN } from './samples.ts';

const locales = LANGUAGES.map(({ locale }) => locale);
const cases = Object.entries(SAMPLES).flatMap(([name, state]) => locales.map((locale) => ({ name, state, locale })));

const count = (page: string, part: RegExp) => [...page.matchAll(part)].length;
const problemsOf = (state: PageState) => ('problem' in state ? (state.problem ?? []) : []);
const hasForm = (state: PageState) =>
  ['accept-invite', 'reset-password', 'verify-email', 'forgot-password'].includes(state.page) &&
  state !== SAMPLES['verify-nothing'];

const VOID = new Set(['meta', 'link', 'input']);

/** Tags that were opened and not closed in order; empty for a sound document. Icons close themselves. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', rest = ''] of page.matchAll(/<(\/?)([a-z0-9]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (VOID.has(name) || rest.endsWith('/')) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

describe.each(cases)('$name in $locale', ({ state, locale }) => {
  const page = view(state, locale);

  it('is one sound document in its language, with one main part, one heading and no script', () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="/);
    expect(page).toContain(`<html lang="${locale}"`);
    expect(unbalanced(page)).toEqual([]);
    expect(count(page, /<main>/g)).toBe(1);
    expect(count(page, /<h1>/g)).toBe(1);
    expect(page).not.toMatch(/<script|\son[a-z]+=|\sstyle=|javascript:|undefined|\[object/i);
  });

  it('has the one form its state asks for, with a button and an address free of secrets', () => {
    expect(count(page, /<form/g)).toBe(hasForm(state) ? 1 : 0);
    if (!hasForm(state)) return;
    expect(page).toContain(`<form method="post" action="/${state.page}?lang=${locale}">`);
    expect(count(page, /<button type="submit"/g)).toBe(1);
  });

  it('shows the token in its hidden field only', () => {
    const token = 'token' in state ? state.token : undefined;
    expect(count(page, new RegExp(TOKEN, 'g'))).toBe(token ? 1 : 0);
    if (token) expect(page).toContain(`<input type="hidden" name="token" value="${TOKEN}">`);
  });

  it('names every field, and every description exists', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/<input id="([^"]+)"/g)) expect(page).toContain(`<label for="${id}">`);
    for (const [, names = ''] of page.matchAll(/aria-describedby="([^"]+)"/g)) {
      for (const id of names.split(' ')) expect(ids).toContain(id);
    }
  });

  it('sums up what went wrong, linked to the fields, and says so in the title', () => {
    const problems = problemsOf(state);
    expect(count(page, /role="alert"/g)).toBe(problems.length > 0 ? 1 : 0);
    expect(/<title>(Error|Erreur|Fehler|Erro): /.test(page)).toBe(problems.length > 0);
    for (const { field } of problems.filter((problem) => problem.field !== 'form')) {
      expect(page).toContain(`<a href="#${field}">`);
      expect(page).toMatch(
        new RegExp(`<input[^>]* id="${field}"[^>]* aria-invalid="true"[^>]* aria-describedby="[^"]*${field}-error`),
      );
    }
  });
});

describe('hostile values', () => {
  const NASTY = `"><script>alert(1)</script>'{{7*7}}#{7*7}<%= 1 %>&amp;`;
  const SHOWN = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;{{7*7}}#{7*7}&lt;%= 1 %&gt;&amp;amp;';
  const states: PageState[] = [
    { page: 'accept-invite', token: NASTY, terms: { version: NASTY }, values: { givenName: NASTY, familyName: NASTY } },
    { page: 'accept-invite', token: NASTY, wants: 'existing-password', values: { givenName: NASTY } },
    { page: 'accept-invite', values: { email: NASTY, code: NASTY } },
    { page: 'reset-password', values: { email: NASTY, code: NASTY } },
    { page: 'verify-email', token: NASTY },
    { page: 'verify-email', id: NASTY },
    { page: 'forgot-password', values: { email: NASTY } },
    { page: 'done', what: 'invite-accepted', orgName: NASTY, email: NASTY },
    { page: 'done', what: 'reset-asked', email: NASTY },
  ];

  it.each(states)('are shown as they are and do nothing: %j', (state) => {
    const page = view(state, 'en-US');
    expect(page).toContain(SHOWN);
    expect(page).not.toContain('<script');
    expect(unbalanced(page)).toEqual([]);
  });

  it('reach no link: only web addresses are offered to go on to', () => {
    for (const continueUrl of [
      'javascript:alert(1)',
      'data:text/html,x',
      ' \tjavascript:alert(1)',
      '//evil.test',
      'x',
    ]) {
      expect(view({ page: 'done', what: 'invite-accepted', continueUrl }, 'en-US')).not.toContain('class="button"');
    }
    const page = view({ page: 'done', what: 'invite-accepted', continueUrl: 'https://app.test/?a=1&b="' }, 'en-US');
    expect(page).toContain('href="https://app.test/?a=1&amp;b=&quot;"');
  });

  it('in codes of problems find a general sentence, not what every object has', () => {
    for (const code of ['constructor', '__proto__', 'toString', '<b>', 'not-known-yet']) {
      const page = view({ page: 'forgot-password', problem: [{ field: 'email', code }] }, 'en-US');
      expect(page).toContain('<a href="#email">This could not be accepted.');
    }
  });
});

describe('forms', () => {
  const page = (state: PageState) => view(state, 'en-US');
  const asks = (state: PageState, field: FieldName) => new RegExp(`<input[^>]* name="${field}"`).test(page(state));

  it('ask for address and code only of people without a token', () => {
    for (const name of ['accept-invite', 'reset-password'] as const) {
      expect(asks({ page: name, token: TOKEN }, 'code')).toBe(false);
      expect(asks({ page: name }, 'code') && asks({ page: name }, 'email')).toBe(true);
      expect(asks({ page: name, token: '' }, 'code')).toBe(true);
    }
  });

  it('never fill in a password and never cut one', () => {
    for (const state of Object.values(SAMPLES)) {
      for (const [input] of page(state).matchAll(/<input[^>]*type="password"[^>]*>/g)) {
        expect(input).not.toContain('value=');
        expect(input).toContain('maxlength="1024"');
      }
    }
  });

  it('say how long a password must be, as the org asks', () => {
    expect(page({ page: 'reset-password', token: TOKEN })).toContain('At least 15 characters, up to 128.');
    expect(page({ page: 'reset-password', token: TOKEN, passwordMin: 24 })).toContain('At least 24 characters');
  });

  it('ask somebody with an account for the current password, and keep the names they typed', () => {
    const asked = page(SAMPLES['accept-existing'] as PageState);
    expect(asked).toContain('autocomplete="current-password"');
    expect(asked).toContain('<input type="hidden" name="givenName" value="Ana">');
  });

  it('ask for terms only once the service has said that they are needed', () => {
    expect(asks({ page: 'accept-invite', token: TOKEN }, 'acceptTerms')).toBe(false);
    expect(asks({ page: 'accept-invite', token: TOKEN, terms: { version: '7' } }, 'acceptTerms')).toBe(true);
  });

  it('offer the other languages only where no token would be lost or spread', () => {
    expect(page({ page: 'accept-invite', token: TOKEN })).not.toContain('hreflang');
    expect(count(page({ page: 'verify-email', id: 'a&b' }), /href="\/verify-email\?id=a%26b&amp;lang=/g)).toBe(4);
    expect(count(page({ page: 'forgot-password' }), /hreflang="/g)).toBe(4);
  });
});

describe('after the form', () => {
  it('a waiting time is told in the words of the language', () => {
    const state = { page: 'refused', why: 'too-many', retryAfterSeconds: 840 } as const;
    const waits = locales.map((locale) => /<p>([^<]*14[^<]*)<\/p>/.exec(view(state, locale))?.[1]);
    expect(waits).toEqual([
      'Please try again in 14 minutes.',
      'Veuillez réessayer dans 14 minutes.',
      'Bitte versuchen Sie es in 14 Minuten noch einmal.',
      'Por favor, tente de novo em 14 minutos.',
    ]);
    for (const retryAfterSeconds of [undefined, 0, -1, Number.NaN]) {
      expect(view({ ...state, retryAfterSeconds }, 'en-US')).toContain('in a few minutes');
    }
  });

  it('every dead link has its next step', () => {
    for (const what of ['accept-invite', 'reset-password'] as const) {
      expect(view({ page: 'dead-link', what }, 'fr-FR')).toContain('href="/forgot-password?lang=fr-FR"');
    }
    expect(view({ page: 'dead-link', what: 'verify-email' }, 'en-US')).toContain('account settings of your app');
  });
});

describe('headers', () => {
  it('allow exactly the style that the page carries', () => {
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(view({ page: 'forgot-password' }, 'en-US')) ?? [];
    expect(style).toBe(STYLE);
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pageHeaders()['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; ` +
        `form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  it('keep referrers at home without hiding the origin of our own forms', () => {
    expect(pageHeaders()).toMatchObject({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  });

  it('belong to the caller, who may add to them', () => {
    pageHeaders()['x-more'] = '1';
    expect(pageHeaders()).not.toHaveProperty('x-more');
  });
});
