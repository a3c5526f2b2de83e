// OpenAPI 3.1 from the declared operations. Written to docs/openapi.json, checked for staleness, never hand-edited.
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { Invite, InviteCreate } from '../model/invite.ts';
import { Org, OrgSettings } from '../model/org.ts';
import { PROBLEMS, type ProblemCode } from '../model/problem.ts';
import { Contact, ContactPatch } from '../model/user/contact.ts';
import { Custom, CustomPatch } from '../model/user/custom.ts';
import { Notifications, NotificationsPatch } from '../model/user/notifications.ts';
import { Preferences, PreferencesPatch } from '../model/user/preferences.ts';
import { Profile, ProfilePatch } from '../model/user/profile.ts';
import { Provisioning, ProvisioningPatch } from '../model/user/provisioning.ts';
import { SavedViews, SavedViewsPatch } from '../model/user/saved-views.ts';
import { Telephony, TelephonyPatch } from '../model/user/telephony.ts';
import { OwnPatch, User, UserCreate, UserPatch } from '../model/user.ts';
import type { Operation } from './endpoint.ts';

type Json = Record<string, unknown>;

const ISSUE = {
  type: 'object',
  required: ['pointer', 'message'],
  properties: { pointer: { type: 'string' }, message: { type: 'string' }, code: { type: 'string' } },
};

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457. `code` is stable: act on it, show `title` or words of your own.',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...Object.keys(PROBLEMS), 'internal-error'] },
    requestId: { type: 'string' },
    detail: { type: 'string' },
    issues: { type: 'array', items: ISSUE },
    inviteId: { type: 'string' },
    deletedUserId: { type: 'string' },
    termsVersion: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
};

const OAUTH_ERROR = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
};

export interface About {
  version: string;
  description: string;
}

/** The document of all operations, in the order they are given. */
export function openApi(operations: readonly Operation[], about: About): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version: about.version,
      description: about.description,
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: PROBLEM, OAuthError: OAUTH_ERROR, ...namedSchemas() },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function describe(operation: Operation): Json {
  const { tag, summary, description, access, schemas } = operation;
  const permission = typeof access === 'object' ? `Needs the permission \`${access.permission}\`.` : undefined;
  const text = [description, permission].filter(Boolean).join(' ');
  const parameters = parametersOf(operation);
  return {
    operationId: operationId(operation),
    tags: [tag],
    summary,
    ...(text && { description: text }),
    security: access === 'anyone' ? [] : access === 'maybe' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(schemas.body && { requestBody: { required: true, content: bodyContent(operation, schemas.body) } }),
    responses: { ...success(operation), ...refusals(operation) },
  };
}

/** `POST /v1/users/{id}/lock` is `post-v1-users-id-lock`: stable, and readable in a list. */
export const operationId = ({ method, path }: Operation): string =>
  `${method.toLowerCase()}${path.replaceAll(/[/.{}]+/g, '-')}`.replace(/-$/, '');

const CONSUMES = {
  json: ['application/json'],
  'merge-patch': ['application/merge-patch+json', 'application/json'],
  form: ['application/x-www-form-urlencoded'],
  rows: ['text/csv', 'application/x-ndjson'],
  'json-api': ['application/vnd.api+json'],
  xml: ['text/xml'],
} as const;

function bodyContent({ consumes = 'json' }: Operation, body: v.GenericSchema): Json {
  const schema = consumes === 'rows' ? { type: 'string' } : schemaOf(body, 'input');
  return Object.fromEntries(CONSUMES[consumes].map((media) => [media, { schema }]));
}

function parametersOf({ schemas, versioned, idempotent, method }: Operation): Json[] {
  const path = Object.keys(schemas.params).map((name) => ({
    name,
    in: 'path',
    required: true,
    // Any segment may be asked for; one of another shape is simply unknown.
    schema: { type: 'string', pattern: '^[^/]+$' },
  }));
  const query = schemas.query ? (schemaOf(schemas.query, 'input').properties as Record<string, Json>) : {};
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  });
  return [
    ...path,
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema })),
    ...(versioned && method !== 'GET' ? [header('If-Match', 'The ETag that the change is meant for, or `*`.')] : []),
    ...(idempotent
      ? [header('Idempotency-Key', 'A retry with the same key and body gets the first answer again.')]
      : []),
  ];
}

function success({ status, schemas, answerHeaders, media, summary }: Operation): Json {
  const headers = Object.fromEntries(
    answerHeaders.map((name) => [name, { required: true, schema: { type: 'string' } }]),
  );
  const type = media ?? 'application/json';
  const schema = schemas.answer ? schemaOf(schemas.answer, 'output') : type === 'text/html' ? { type: 'string' } : {};
  const content = schemas.answer || media ? { content: { [type]: { schema } } } : {};
  return { [status]: { description: summary, ...(answerHeaders.length > 0 && { headers }), ...content } };
}

/** The codes of an operation: its own, and those that follow from what it declares. */
export function codesOf(operation: Operation): ProblemCode[] {
  const { access, schemas, versioned, method, idempotent, problems, rate } = operation;
  const changes = method !== 'GET';
  return [
    ...problems,
    ...(schemas.body
      ? (['malformed-json', 'malformed-request', 'body-too-large', 'media-type-unsupported', 'input-invalid'] as const)
      : []),
    ...(schemas.body && 'email' in membersOf(schemas.body) ? (['email-unsupported'] as const) : []),
    ...(schemas.query ? (['input-invalid'] as const) : []),
    ...(access !== 'anyone' ? (['token-missing', 'token-invalid', 'permission-missing'] as const) : []),
    ...(access === 'person' ? (['person-only'] as const) : []),
    ...(Object.keys(schemas.params).length > 0 || access === 'person' ? (['not-found'] as const) : []),
    ...(versioned && changes ? (['version-stale', 'version-conflict'] as const) : []),
    ...(changes && access !== 'anyone' ? (['version-conflict'] as const) : []),
    ...(idempotent ? (['idempotency-key-reused', 'malformed-request'] as const) : []),
    ...(rate !== 'public' ? (['too-many-requests'] as const) : []),
    'store-unavailable',
  ];
}

const membersOf = (schema: v.GenericSchema): object => ('entries' in schema ? (schema.entries as object) : {});

function refusals(operation: Operation): Json {
  const byStatus = new Map<number, Set<ProblemCode>>();
  for (const code of codesOf(operation)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const content =
    operation.media === 'text/html'
      ? { 'text/html': { schema: { type: 'string' } } }
      : operation.path.startsWith('/oauth/')
        ? { 'application/json': { schema: { $ref: '#/components/schemas/OAuthError' } } }
        : { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, codes]) => [
      status,
      { description: [...codes].map((code) => `\`${code}\``).join(', '), content },
    ]),
  );
}

/** Schemas that the document names once and refers to. */
const NAMED = {
  User,
  UserCreate,
  UserPatch,
  OwnPatch,
  Profile,
  ProfilePatch,
  Contact,
  ContactPatch,
  Telephony,
  TelephonyPatch,
  Notifications,
  NotificationsPatch,
  SavedViews,
  SavedViewsPatch,
  Preferences,
  PreferencesPatch,
  Custom,
  CustomPatch,
  Provisioning,
  ProvisioningPatch,
  Org,
  OrgSettings,
  Invite,
  InviteCreate,
} satisfies Record<string, v.GenericSchema>;

/** What a schema says about itself beside its rules, where JSON Schema has a word for it. */
const KEYWORDS = ['format', 'oneOf'];

const overrideAction: ConversionConfig['overrideAction'] = ({ valibotAction, jsonSchema }) => {
  const { metadata = {} } = valibotAction as { metadata?: Record<string, unknown> };
  const said = Object.entries(metadata).filter(([name]) => KEYWORDS.includes(name));
  return said.length > 0 ? { ...jsonSchema, ...Object.fromEntries(said) } : undefined;
};

const INPUTS = new Set<string>(['UserCreate', 'UserPatch', 'OwnPatch', 'InviteCreate']);
const modeOf = (name: string) => (INPUTS.has(name) || name.endsWith('Patch') ? 'input' : 'output');

function schemaOf(schema: v.GenericSchema, typeMode: 'input' | 'output'): Json {
  const {
    $schema: _draft,
    $defs: _defs,
    ...json
  } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode,
    errorMode: 'ignore',
    overrideAction,
    definitions: NAMED,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return json;
}

function namedSchemas(): Json {
  const others = (name: string) => Object.fromEntries(Object.entries(NAMED).filter(([other]) => other !== name));
  return Object.fromEntries(
    Object.entries(NAMED).map(([name, schema]) => {
      const {
        $schema: _draft,
        $defs: _defs,
        ...json
      } = toJsonSchema(schema, {
        target: 'draft-2020-12',
        typeMode: modeOf(name),
        errorMode: 'ignore',
        overrideAction,
        definitions: others(name),
        overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
      });
      return [name, json];
    }),
  );
}
