// What every page shares: head, wordmark, language switch, footer, headings and links. Not here: forms (forms.ts) and
// which content a state has (view.ts).
import { type Html, type HtmlValue, html, render } from '../html.ts';
import type { Locale } from '../model/text.ts';
import { LANGUAGES } from './locale.ts';
import type { PageText } from './locales/en-US.ts';
import type { FormPage } from './state.ts';
import { STYLE } from './style.ts';

/** The language of one answer and its sentences. */
export interface Speech {
  locale: Locale;
  text: PageText;
}

export interface Content {
  title: string;
  body: Html;
  /** The title then says so first, which is what a screen reader reads first. */
  failed?: boolean;
  /** Where the language links lead. Absent: the page has no address that shows it again in another language. */
  switchTo?: string;
}

// The tick of a roll call. Percent-encoded by hand, since an attribute with a data: address is its only home.
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 28 28%22%3E' +
  '%3Crect width=%2228%22 height=%2228%22 rx=%227%22 fill=%22%230b6357%22/%3E' +
  '%3Cpath d=%22m8 14.5 4.2 4.2L20.5 10%22 fill=%22none%22 stroke=%22%23fff%22 stroke-width=%222.6%22/%3E%3C/svg%3E';

const MARK = html`<svg viewBox="0 0 28 28" aria-hidden="true" focusable="false"><rect width="28" height="28" rx="7"
 fill="currentColor"/><path class="tick" d="m8 14.5 4.2 4.2L20.5 10" fill="none" stroke-width="2.6"
 stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** The whole document. The style is a constant of ours and joins as plain text, byte for byte as its hash expects. */
export function layout(content: Content, { locale, text }: Speech): string {
  const title = content.failed ? `${text.shell.errorPrefix}: ${content.title}` : content.title;
  const head = html`<!DOCTYPE html>
<html lang="${locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${title} · Rollcall</title>
<link rel="icon" href="${ICON}">`;
  const body = html`</head>
<body>
<header><p class="wordmark" translate="no">${MARK}Rollcall</p></header>
<main>
<div class="sheet">
${content.body}
</div>
</main>
<footer>
<p>${text.shell.safety}</p>
${content.switchTo && languageSwitch(content.switchTo, locale, text)}
</footer>
</body>
</html>
`;
  return `${render(head)}\n<style>${STYLE}</style>\n${render(body)}`;
}

/** A page's path in this language, and nothing else: what stands in an address ends up in histories and logs. */
export function pathTo(page: FormPage, locale: Locale): string {
  return `/${page}?lang=${locale}`;
}

export function heading(title: string, lead?: string): Html {
  return html`<h1>${title}</h1>${lead !== undefined && html`\n<p class="lead">${lead}</p>`}`;
}

export function paragraphs(sentences: readonly string[]): HtmlValue {
  return sentences.map((sentence) => html`<p>${sentence}</p>\n`);
}

export function next(links: HtmlValue): Html {
  return html`<div class="next">${links}</div>`;
}

export function plainLink(href: string, label: string): Html {
  return html`<a class="plain" href="${href}">${label}</a>`;
}

function languageSwitch(target: string, locale: Locale, text: PageText): Html {
  const links = LANGUAGES.map((language) => {
    const href = `${target}${target.includes('?') ? '&' : '?'}lang=${language.locale}`;
    const current = language.locale === locale && html` aria-current="true"`;
    const tongue = html` lang="${language.locale}" hreflang="${language.locale}"`;
    return html`<li><a href="${href}"${tongue}${current}>${language.name}</a></li>
`;
  });
  return html`<nav aria-label="${text.shell.language}" translate="no"><ul>
${links}</ul></nav>`;
}
