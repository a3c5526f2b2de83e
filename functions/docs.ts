// The API's own description, and a sign of life that touches nothing.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import document from '../docs/openapi.json' with { type: 'json' };
import { DOCS_STYLE, docsPage } from '../shared/http/docs-page.ts';
import { type Operation, rawEndpoint } from '../shared/http/endpoint.ts';
import { htmlReply, jsonReply } from '../shared/http/reply.ts';
import { PROBLEMS } from '../shared/model/problem.ts';

const facts = { tag: 'Service', access: 'anyone', rate: 'public' } as const;
const cached = { 'cache-control': 'public, max-age=300' };

const health = rawEndpoint('GET /health', {
  ...facts,
  summary: 'A sign of life',
  description: 'Touches no table and sends nothing.',
  media: 'application/json',
  answer: v.object({ status: v.literal('ok') }),
  run: async () => jsonReply(200, { status: 'ok' }),
});

const openapi = rawEndpoint('GET /openapi.json', {
  ...facts,
  summary: 'This API as OpenAPI 3.1',
  media: 'application/json',
  run: async () => jsonReply(200, document, cached),
});

const styleHash = createHash('sha256').update(DOCS_STYLE).digest('base64');
const csp = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

const docs = rawEndpoint('GET /docs', {
  ...facts,
  summary: 'This API to read',
  media: 'text/html',
  run: async () =>
    htmlReply(200, docsPage(document, PROBLEMS), {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': csp,
      ...cached,
    }),
});

export const operations: readonly Operation[] = [health, openapi, docs];
