// The floor: the least code that does each operation with the same libraries on the same table. No audit, no policy, no
// limits, no versions, no idempotency. What the service costs above it is what its promises cost.
import { argon2, createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';

export interface FloorOptions {
  documents: DynamoDBDocumentClient;
  tableName: string;
  /** Partition of byCreated that the list reads: the service's own, so that both read the same bytes. */
  listed: string;
  /** Verifies the tokens of callers. */
  publicKey: JWK;
  /** Signs the tokens that sign-in gives out. */
  privateKey: JWK;
}

export type FloorHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

const Email = v.pipe(v.string(), v.trim(), v.toLowerCase(), v.email(), v.maxLength(254));
const Password = v.pipe(v.string(), v.minLength(15), v.maxLength(128));
const Profile = v.strictObject({
  givenName: v.optional(v.pipe(v.string(), v.maxLength(100))),
  familyName: v.optional(v.pipe(v.string(), v.maxLength(100))),
  title: v.optional(v.pipe(v.string(), v.maxLength(100))),
  department: v.optional(v.pipe(v.string(), v.maxLength(100))),
});
const Create = v.strictObject({ email: Email, profile: v.optional(Profile) });
const Update = v.strictObject({ profile: Profile });
const Ask = v.strictObject({ email: Email });
const Spend = v.strictObject({ token: v.string(), password: Password });
const SignIn = v.strictObject({ email: Email, password: Password });

const derive = promisify(argon2);
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
export async function floorHash(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce, ...COST });
  return `${nonce.toString('base64')} ${tag.toString('base64')}`;
}

async function matches(password: string, stored = ''): Promise<boolean> {
  const [nonce = '', tag = ''] = stored.split(' ').map((part) => Buffer.from(part, 'base64'));
  if (!nonce || !tag) return false;
  return timingSafeEqual(await derive('argon2id', { message: password, nonce, ...COST }), tag);
}

export const floorKeys = {
  user: (id: string) => ({ pk: `F#${id}`, sk: 'U' }),
  email: (address: string) => ({ pk: `FE#${address}`, sk: 'C' }),
  link: (token: string) => ({ pk: `FL#${createHash('sha256').update(token).digest('base64url')}`, sk: 'L' }),
};

/** One handler for all operations. */
export function floor({ documents, tableName: TableName, listed, publicKey, privateKey }: FloorOptions): FloorHandler {
  const verifying = importJWK(publicKey, 'ES256');
  const signing = importJWK(privateKey, 'ES256');
  const fresh = 'attribute_not_exists(pk)';
  const put = (Item: Record<string, unknown>) => ({ Put: { TableName, Item, ConditionExpression: fresh } });
  const commit = (
    ...TransactItems: NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>
  ) => documents.send(new TransactWriteCommand({ TransactItems }));
  const get = async (Key: Record<string, string>) =>
    (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

  const newUser = (id: string, { email, profile }: v.InferOutput<typeof Create>, state: string) => {
    const now = new Date().toISOString();
    const name = `${profile?.familyName} ${profile?.givenName}`;
    const index = { lp: 'F', sc: id, su: `${now}#${id}`, sn: `${name}#${id}`, se: `${email}#${id}` };
    return { ...floorKeys.user(id), ...index, k: 'user', id, em: email, st: state, pr: profile, ca: now, ua: now };
  };
  const newLink = (token: string, email: string, id: string) => {
    return { ...floorKeys.link(token), email, id, expires: Date.now() + 86_400_000 };
  };
  const spend = async (token: string) => {
    const link = await get(floorKeys.link(token));
    return link && link.expires > Date.now() && !link.used ? link : undefined;
  };
  const spent = (token: string) => ({
    Update: {
      TableName,
      Key: floorKeys.link(token),
      UpdateExpression: 'SET used = :now',
      ConditionExpression: 'attribute_not_exists(used)',
      ExpressionAttributeValues: { ':now': Date.now() },
    },
  });
  const setPassword = (email: string, hash: string) => ({
    Update: {
      TableName,
      Key: floorKeys.email(email),
      UpdateExpression: 'SET #h = :h',
      ExpressionAttributeNames: { '#h': 'hash' },
      ExpressionAttributeValues: { ':h': hash },
    },
  });

  type Answer = [status: number, body?: unknown];
  const routes: Record<string, (event: APIGatewayProxyEventV2, id: string) => Promise<Answer>> = {
    async 'GET users/'(_event, id) {
      const item = await get(floorKeys.user(id));
      return item ? [200, shown(item)] : [404];
    },
    async 'GET users'() {
      const query = new QueryCommand({
        TableName,
        IndexName: 'byCreated',
        KeyConditionExpression: 'lp = :lp',
        ExpressionAttributeValues: { ':lp': listed },
        Limit: 50,
      });
      const { Items = [], LastEvaluatedKey } = await documents.send(query);
      return [200, { items: Items.map(shown), next: LastEvaluatedKey }];
    },
    async 'POST users'(event) {
      const input = v.parse(Create, read(event));
      const user = newUser(randomUUID(), input, 'staged');
      await commit(put(user), put({ ...floorKeys.email(input.email), u: user.id }));
      return [201, shown(user)];
    },
    async 'PATCH users/'(event, id) {
      const { profile } = v.parse(Update, read(event));
      const now = new Date().toISOString();
      const update = new UpdateCommand({
        TableName,
        Key: floorKeys.user(id),
        UpdateExpression: 'SET pr.title = :t, ua = :now, su = :su',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':t': profile.title, ':now': now, ':su': `${now}#${id}` },
        ReturnValues: 'ALL_NEW',
      });
      return [200, shown((await documents.send(update)).Attributes ?? {})];
    },
    async 'POST invites'(event) {
      const input = v.parse(Create, read(event));
      const user = newUser(randomUUID(), input, 'invited');
      const token = randomBytes(32).toString('base64url');
      const claim = put({ ...floorKeys.email(input.email), u: user.id });
      const letter = put({ pk: `FO#${randomUUID()}`, sk: 'L', to: input.email, token });
      await commit(put(user), claim, put(newLink(token, input.email, user.id)), letter);
      return [201, { id: user.id, email: input.email }];
    },
    async 'POST invites/accept'(event) {
      const { token, password } = v.parse(Spend, read(event));
      const link = await spend(token);
      if (!link) return [410];
      const activate = {
        TableName,
        Key: floorKeys.user(link.id),
        UpdateExpression: 'SET st = :a',
        ExpressionAttributeValues: { ':a': 'active' },
      };
      await commit(spent(token), { Update: activate }, setPassword(link.email, await floorHash(password)));
      return [200, { id: link.id }];
    },
    async 'POST password-resets'(event) {
      const { email } = v.parse(Ask, read(event));
      const holder = await get(floorKeys.email(email));
      if (!holder) return [202];
      const Item = newLink(randomBytes(32).toString('base64url'), email, holder.u);
      await documents.send(new PutCommand({ TableName, Item }));
      return [202];
    },
    async 'POST password-resets/complete'(event) {
      const { token, password } = v.parse(Spend, read(event));
      const link = await spend(token);
      if (!link) return [410];
      await commit(spent(token), setPassword(link.email, await floorHash(password)));
      return [204];
    },
    async 'POST sessions'(event) {
      const { email, password } = v.parse(SignIn, read(event));
      const holder = await get(floorKeys.email(email));
      if (!(await matches(password, holder?.hash))) return [401];
      const token = new SignJWT({ scope: 'member' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
        .setSubject(holder?.u)
        .setIssuedAt()
        .setExpirationTime('10m');
      return [200, { accessToken: await token.sign(await signing) }];
    },
  };
  const open = new Set([
    'POST invites/accept',
    'POST password-resets',
    'POST password-resets/complete',
    'POST sessions',
  ]);

  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      request.response = { statusCode: v.isValiError(request.error) ? 422 : 500, body: String(request.error) };
    })
    .handler(async (event) => {
      const { method } = event.requestContext.http;
      const [, , what = '', id = ''] = event.rawPath.split('/');
      const exact = `${method} ${what}${id && `/${id}`}`;
      const name = routes[exact] ? exact : `${method} ${what}${id && '/'}`;
      const run = routes[name];
      if (!run) return { statusCode: 404 };
      if (!open.has(name)) await jwtVerify((event.headers.authorization ?? '').slice(7), await verifying);
      const [statusCode, body] = await run(event, id);
      const headers = { 'content-type': 'application/json' };
      return { statusCode, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    });
  return (event) => handler(event, {} as never) as Promise<APIGatewayProxyStructuredResultV2>;
}

const read = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown =>
  JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);

function shown(item: Record<string, unknown>): Record<string, unknown> {
  const { pk: _pk, sk: _sk, lp: _lp, sc: _sc, su: _su, sn: _sn, se: _se, ...user } = item;
  return user;
}
