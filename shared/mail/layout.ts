// One letter's blocks as a plain text part and as an HTML part. Both come from the same blocks, so no link or code is
// in only one of them. The HTML keeps to what Gmail, Outlook and Apple Mail all show: one column, inline styles, and
// colours that stay readable when a client darkens them. Not here: the sentences.
import { type Html, html, render } from '../html.ts';
import type { Locale } from '../model/text.ts';

export type Block =
  | { is: 'paragraph'; text: string }
  | { is: 'aside'; text: string }
  | { is: 'note'; intro: string; lines: string[] }
  | { is: 'action'; label: string; url: string; linkLine: string }
  | { is: 'code'; intro: string; code: string };

export interface Sheet {
  locale: Locale;
  title: string;
  preview: string;
  blocks: Block[];
  footer: string;
}

/** Columns of the text part (RFC 5322 §2.1.1 asks for at most 78). A link is never broken. */
const COLUMNS = 76;

const FONT = 'font-family:Arial,Helvetica,sans-serif';
const BODY = `${FONT};font-size:16px;line-height:24px;color:#1f2933`;
const SMALL = `${FONT};font-size:14px;line-height:20px;color:#52606d`;
const CODE =
  'font-family:Consolas,Menlo,Courier,monospace;font-size:28px;line-height:36px;letter-spacing:3px;color:#1f2933';
const LABEL = `${FONT};font-size:16px;line-height:24px;font-weight:bold;color:#ffffff;text-decoration:none`;
const BLUE = '#1d4ed8';

/** The text part, wrapped, with LF line ends. */
export function toText({ blocks, footer, title }: Sheet): string {
  return `${[wrap(title), ...blocks.map(textOf), '--', wrap(footer)].join('\n\n')}\n`;
}

function textOf(block: Block): string {
  switch (block.is) {
    case 'paragraph':
    case 'aside':
      return wrap(block.text);
    case 'note':
      return [wrap(block.intro), ...block.lines.map((line) => wrap(line, '> '))].join('\n');
    case 'action':
      return `${block.label}:\n${block.url}`;
    case 'code':
      return `${wrap(block.intro)}\n\n    ${block.code}`;
  }
}

function wrap(text: string, prefix = ''): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (prefix.length + line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => prefix + line).join('\n');
}

/** The HTML part: a whole document. The body's start tag is implied (valid HTML): Outlook for Mac knows no such tag. */
export function toHtml({ blocks, footer, locale, preview, title }: Sheet): string {
  return render(html`<!DOCTYPE html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${title}</title>
</head>
<div style="max-width:560px;margin:0 auto;padding:24px;background-color:#ffffff;${BODY}">
<p style="margin:0 0 24px 0;${SMALL}">${breakable(preview)}</p>
<h1 style="margin:0 0 24px 0;${FONT};font-size:24px;line-height:32px;color:#1f2933">${title}</h1>
${blocks.map(htmlOf)}<p style="margin:32px 0 0 0;padding:16px 0 0 0;border-top:1px solid #cbd2d9;${SMALL}">${breakable(footer)}</p>
</div>
</body>
</html>
`);
}

function htmlOf(block: Block): Html {
  switch (block.is) {
    case 'paragraph':
      return html`<p style="margin:0 0 16px 0;${BODY}">${breakable(block.text)}</p>\n`;
    case 'aside':
      return html`<p style="margin:0 0 16px 0;${SMALL}">${breakable(block.text)}</p>\n`;
    case 'note':
      return html`<p style="margin:0 0 8px 0;${BODY}">${breakable(block.intro)}</p>
<blockquote style="margin:0 0 16px 0;padding:4px 16px;border-left:4px solid #cbd2d9;${BODY}">
${block.lines.map((line) => html`<p style="margin:0;${BODY}">${breakable(line)}</p>\n`)}</blockquote>\n`;
    case 'action':
      return actionOf(block.label, block.url, block.linkLine);
    case 'code':
      return html`<p style="margin:0 0 8px 0;${BODY}">${block.intro}</p>
<p style="margin:0 0 24px 0;${CODE}">${block.code}</p>\n`;
  }
}

// Outlook draws no padding around a link: there the paragraph's colour and `mso-padding-alt` make the button.
function actionOf(label: string, url: string, linkLine: string): Html {
  return html`<p style="margin:24px 0;text-align:center;background-color:${BLUE};mso-padding-alt:12px 24px">
<a href="${url}" style="display:block;padding:12px 24px;background-color:${BLUE};${LABEL}">${label}</a></p>
<p style="margin:0 0 4px 0;${SMALL}">${linkLine}</p>
<p style="margin:0 0 24px 0;${SMALL}"><a href="${url}" style="color:${BLUE}">${breakable(url)}</a></p>\n`;
}

// A line may break between inline blocks and nothing is copied with them. Every other means of breaking a long word
// (word-break, overflow-wrap, <wbr>) is unknown to one of the three clients.
function breakable(text: string): Html[] {
  return text.split(/(\S{33,})/).map((word, i) => (i % 2 === 0 ? html`${word}` : html`${piecesOf(word)}`));
}

function piecesOf(word: string): Html[] {
  const pieces = word.match(/.{1,32}/gsu) ?? [];
  return pieces.map((piece) => html`<span style="display:inline-block">${piece}</span>`);
}
