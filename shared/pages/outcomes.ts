// What follows a form: done, a dead link, a refusal; each says what to do next. None redirects, none repeats a token.
import { type HtmlValue, html } from '../html.ts';
import type { Locale } from '../model/text.ts';
import { type Content, heading, next, paragraphs, pathTo, plainLink, type Speech } from './layout.ts';
import type { DeadLinkState, DoneState, RefusedState } from './state.ts';

export function done({ what, continueUrl, orgName, email }: DoneState, { text, locale }: Speech): Content {
  const { title, body, next: again } = text.done[what];
  const [first = '', ...rest] = body;
  const facts = [fact(text.doneFacts.org, orgName), fact(text.doneFacts.email, email)];
  const target = continueUrl !== undefined && isWebAddress(continueUrl) ? continueUrl : undefined;
  const links =
    what === 'reset-asked'
      ? [
          plainLink(pathTo('reset-password', locale), text.enterCode),
          plainLink(pathTo('forgot-password', locale), again ?? ''),
        ]
      : target !== undefined && html`<a class="button" href="${target}">${text.goOn}</a>`;
  return {
    title,
    body: html`${heading(title)}
${paragraphs([first])}${(orgName || email) && html`<dl class="facts">${facts}</dl>`}
${paragraphs(rest)}
${what === 'invite-accepted' && !links && html`<p>${text.signInInApp}</p>`}
${links && next(links)}`,
  };
}

export function deadLink({ what }: DeadLinkState, { text, locale }: Speech): Content {
  const { title, body, next: label } = text.dead[what];
  return {
    title,
    body: html`${heading(title)}
${paragraphs(body)}
${label && next(html`<a class="button" href="${pathTo('forgot-password', locale)}">${label}</a>`)}`,
  };
}

export function refused({ why, retryAfterSeconds }: RefusedState, { text, locale }: Speech): Content {
  const { title, body } = text.refused[why];
  const [first = '', ...rest] = body;
  const waits = why === 'too-many' || why === 'unavailable';
  const sentences = waits ? [first, text.wait(durationOf(retryAfterSeconds, locale)), ...rest] : body;
  return { title, body: html`${heading(title)}\n${paragraphs(sentences)}` };
}

// Names and addresses stand apart from sentences and isolated: no script direction of theirs reaches our words.
function fact(label: string, value: string | undefined): HtmlValue {
  return value && html`<div><dt>${label}</dt><dd><bdi translate="no">${value}</bdi></dd></div>`;
}

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && ['https:', 'http:'].includes(new URL(value).protocol);
}

function durationOf(seconds: number | undefined, locale: Locale): string | undefined {
  if (seconds === undefined || !(seconds > 0)) return undefined;
  const [amount, unit] =
    seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(amount));
}
