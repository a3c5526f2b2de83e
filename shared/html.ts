// HTML as a value: a template that escapes whatever is not HTML already. Not here: what a page or a letter says.

const MARKUP: unique symbol = Symbol('markup');

/** Escaped markup. Only the `html` template makes one: an object parsed from a request cannot pass for it. */
export interface Html {
  readonly [MARKUP]: string;
}

/** What may stand in a template: text is escaped, markup passes, arrays are joined, nothing (and false) shows nothing. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Markup from a template. Every value is safe as element content and inside a quoted attribute; never put one into an
 * unquoted attribute, a script or a style.
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { [MARKUP]: parts.map((part, i) => part + toMarkup(values[i])).join('') };
}

/** The markup as a string, to be sent. */
export function render(markup: Html): string {
  return markup[MARKUP];
}

function toMarkup(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
  if (typeof value === 'number') return String(value);
  return isHtml(value) ? value[MARKUP] : value.map(toMarkup).join('');
}

function isHtml(value: Html | readonly HtmlValue[]): value is Html {
  return MARKUP in value;
}
