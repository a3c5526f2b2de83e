// The SOAP 1.1 facade: one address, the method in the body, the caller in a WS-Security UsernameToken (a machine client's
// id and secret, PasswordText). Refusals are faults with this service's symbols.
import * as v from 'valibot';
import { hereOf, type Manner, speaking } from '../../../shared/dialect/dialect.ts';
import { provenClient } from '../../../shared/directory/clients.ts';
import { type Context, newId } from '../../../shared/directory/context.ts';
import { actingAs } from '../../../shared/directory/standing.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import { ClientId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import { readArguments, type Values } from './arguments.ts';
import { FAULT, type Fault, faultOf } from './errors.ts';
import { manner } from './manner.ts';
import { methodNamed } from './methods.ts';
import { type Member, membersOf } from './types.ts';
import { NAMESPACE, wsdl } from './wsdl.ts';
import { childOf, type Element, escapeXml, parseXml } from './xml.ts';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const PASSWORD_TEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText';
const MAX_BYTES = 256 * 1024;

const xml = (status: number, body: string, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

const envelope = (body: string): string =>
  `<soap:Envelope xmlns:soap="${ENVELOPE}"><soap:Body>${body}</soap:Body></soap:Envelope>`;

/** What HTTP itself refuses keeps its status; SOAP 1.1 says 500 for every other fault (§6.2). */
const OF_HTTP = [405, 413, 415, 429, 503];

function faulty({ code, message, argument, status, retryAfterSeconds }: Fault): HttpReply {
  const whose = status >= 500 ? 'Server' : 'Client';
  const detail = printMembers(
    [
      ['code', 'string'],
      ['message', 'string'],
      ['argument', 'string'],
    ],
    {
      code,
      message,
      argument,
    },
  );
  const told = `<soap:Fault><faultcode>soap:${whose}</faultcode><faultstring>${escapeXml(message)}</faultstring><detail><fault xmlns="${NAMESPACE}">${detail}</fault></detail></soap:Fault>`;
  const retry = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
  return xml(OF_HTTP.includes(status) ? status : 500, envelope(told), retry);
}

const soapManner: Manner = {
  ...manner,
  media: 'text/xml',
  consumes: 'xml',
  spell: (problem) => faulty(faultOf(problem)),
  fault: () => faulty(FAULT),
};
const soap = speaking(soapManner);

/** An element's members as the values that JSON would bring, by the types of what is expected. */
function valuesOf(members: readonly Member[], element: Element): Values {
  const values: Values = {};
  for (const child of element.children) {
    // What is empty and says so is absent (xsi:nil).
    if (child.attributes.nil === 'true' || child.attributes.nil === '1') continue;
    const [, type = '', many] = members.find(([name]) => name === child.name) ?? [];
    const inner = membersOf(type);
    const value = inner ? valuesOf(inner, child) : child.text;
    const before = values[child.name];
    if (many) values[child.name] = [...((before as unknown[] | undefined) ?? []), value];
    else values[child.name] = before === undefined ? value : fail('malformed-request');
  }
  return values;
}

function printMembers(members: readonly Member[], values: Values): string {
  return members
    .flatMap(([name, type]) =>
      [values[name]].flat().map((value) => (value === undefined ? '' : print(name, type, value))),
    )
    .join('');
}

function print(name: string, type: string, value: unknown): string {
  const members = membersOf(type);
  const inner = members ? printMembers(members, value as Values) : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

interface Credentials {
  id: string;
  secret: string;
}

function credentialsOf(header: Element | undefined): Credentials {
  const security = header && childOf(header, 'Security');
  const token = security && childOf(security, 'UsernameToken');
  const [id, password] = [token && childOf(token, 'Username'), token && childOf(token, 'Password')];
  if (!id || !password) fail('token-missing');
  const { Type = PASSWORD_TEXT } = password.attributes;
  return Type === PASSWORD_TEXT ? { id: id.text, secret: password.text } : fail('client-invalid');
}

async function call(ctx: Context, text: unknown): Promise<HttpReply> {
  const root = parseXml(String(text));
  const body = root.name === 'Envelope' && root.ns === ENVELOPE ? childOf(root, 'Body') : undefined;
  const [asked, ...more] = body?.children ?? [];
  if (!asked || more.length > 0 || asked.ns !== NAMESPACE) fail('malformed-request');
  const { id, secret } = credentialsOf(childOf(root, 'Header'));
  const client = v.safeParse(ClientId, id);
  const principal = await provenClient(ctx, client.success ? client.output : newId<ClientId>(ctx), { secret });
  const method = methodNamed(asked.name);
  const acting = actingAs(ctx, principal, method.permission);
  const args = readArguments(method.args, valuesOf(method.args, asked));
  const result = await method.run(acting, args);
  const answer = method.result ? printMembers([method.result], { result }) : '';
  return xml(200, envelope(`<${method.name}Response xmlns="${NAMESPACE}">${answer}</${method.name}Response>`));
}

export const soapOperations: readonly Operation[] = [
  soap('GET /soap', {
    summary: 'The WSDL of the facade',
    access: 'anyone',
    rate: 'public',
    run: async (ctx) => ({
      status: 200,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: wsdl(`${hereOf(ctx)}/soap`),
    }),
  }),
  soap('POST /soap', {
    summary: 'Any method, by SOAP 1.1',
    access: 'anyone',
    rate: 'write',
    takesBody: true,
    largestBody: MAX_BYTES,
    run: (ctx, { body }) => call(ctx, body),
  }),
];
