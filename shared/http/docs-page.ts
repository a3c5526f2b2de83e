// The API document as a page to read: no script, nothing from another host.
import { html, render } from '../html.ts';

interface Media {
  schema?: Record<string, unknown>;
}

interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, unknown>[];
  parameters?: { name: string; in: string; description?: string; required?: boolean }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

export interface ApiDocument {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Described>>;
}

export const DOCS_STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#55606e;--paper:#fff;--line:#d8dde4;--accent:#0b5cad;--code:#f4f6f9}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a9b4c2;--paper:#12161c;--line:#2d3540;--accent:#7db8ff;--code:#1b212a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
main,header{max-width:62rem;margin:0 auto;padding:1.5rem}a{color:var(--accent)}h2{margin-top:3rem;border-bottom:1px solid var(--line)}
article{margin:2rem 0}h3{margin:0 0 .25rem}code,pre{font:.875rem/1.5 ui-monospace,monospace;background:var(--code);border-radius:.25rem}
code{padding:.1rem .3rem}pre{padding:.75rem;overflow-x:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
.wide{overflow-x:auto}.soft{color:var(--soft)}nav ul{columns:2;padding-left:1.25rem}@media (max-width:40rem){nav ul{columns:1}}
summary{cursor:pointer}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`;

/** The page for a document; `problems` are listed with an anchor each, which `type` of a problem leads to. */
export function docsPage(api: ApiDocument, problems: Record<string, { status: number; title: string }>): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method: method.toUpperCase(), ...described })),
  );
  const anchor = (tag: string) => `tag-${tag.toLowerCase().replaceAll(' ', '-')}`;
  const sections = api.tags.map(({ name }) => {
    const of = operations.filter(({ tags }) => tags.includes(name));
    return html`<section aria-labelledby="${anchor(name)}"><h2 id="${anchor(name)}">${name}</h2>${of.map(article)}</section>`;
  });
  const rows = Object.entries(problems).map(
    ([code, { status, title }]) =>
      html`<tr id="${code}"><td><code>${code}</code></td><td>${String(status)}</td><td>${prose(title)}</td></tr>`,
  );
  return `<!DOCTYPE html>\n${render(html`<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${api.info.title} API</title>
<link rel="icon" href="data:,"><style>__STYLE__</style></head>
<body><header><h1>${api.info.title} API ${api.info.version}</h1><p>${prose(api.info.description)}</p>
<p><a href="/openapi.json">The same as OpenAPI 3.1</a></p>
<nav aria-label="Sections"><ul>${api.tags.map(({ name }) => html`<li><a href="#${anchor(name)}">${name}</a></li>`)}<li><a
href="#problems">Problems</a></li></ul></nav></header>
<main>${sections}<section aria-labelledby="problems"><h2 id="problems">Problems</h2>
<p>Every refusal is <code>application/problem+json</code> with one of these codes.</p>
<section class="wide" tabindex="0" aria-label="Table of problems"><table><thead><tr><th scope="col">Code</th><th
scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></section>
</section></main></body></html>`)}`.replace('__STYLE__', DOCS_STYLE);
}

function article(operation: Described & { path: string; method: string }) {
  const { method, path, summary, description, parameters = [], requestBody, responses, operationId } = operation;
  const body = Object.entries(requestBody?.content ?? {})[0];
  const statuses = Object.entries(responses);
  const answer = Object.values(statuses.find(([status]) => status.startsWith('2'))?.[1].content ?? {})[0];
  return html`<article aria-labelledby="${operationId}"><h3 id="${operationId}"><code>${method} ${path}</code></h3>
<p><strong>${summary}.</strong> ${prose(description)}</p>
${
  parameters.length > 0
    ? html`<ul>${parameters.map(
        (parameter) =>
          html`<li><code>${parameter.name}</code> <span class="soft">${parameter.in}</span> ${prose(parameter.description)}</li>`,
      )}</ul>`
    : ''
}
${body?.[1].schema ? schemaBlock(`Body, ${body[0]}`, body[1].schema, operationId) : ''}
${answer?.schema ? schemaBlock('Answer', answer.schema, operationId) : ''}
<p class="soft">${statuses.map(([status, { description: text }]) => html`<span><code>${status}</code> ${prose(text)}. </span>`)}</p>
</article>`;
}

/** What the document marks as code by backticks, in the page's own way. */
function prose(text = '') {
  return text.split('`').map((part, i) => (i % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}

function schemaBlock(label: string, schema: Record<string, unknown>, of: string) {
  return html`<details><summary>${label} <span class="soft">of ${of}</span></summary>
<pre tabindex="0">${JSON.stringify(schema, null, 2)}</pre></details>`;
}
