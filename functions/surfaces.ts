// The front door as data and nothing else: which functions exist, what they answer, what they may touch. Read by
// infra, the local run and tests. No handler is imported here; operations are declared in the files named as `entry`.
export type KeyRing = 'signing' | 'links' | 'clients' | 'cursors';

interface Grants {
  memoryMb: number;
  timeoutSeconds: number;
  table: 'read' | 'write' | 'none';
  /**
   * May touch the partitions that hold credentials, links and sessions, or those of sessions alone; all others are denied
   * them by policy.
   */
  secretPartition: boolean | 'sessions';
  keyRings: readonly KeyRing[];
}

/** A limit of one route for the whole deployment, above normal use: it caps cost. Per-source limits are in the code. */
export interface Throttle {
  route: string;
  ratePerSecond: number;
  burst: number;
}

export interface HttpSurface extends Grants {
  kind: 'http';
  name: string;
  /** File under functions/ that exports `handler`. */
  entry: string;
  /** `/v1/users` means that path and everything under it; `POST /v1/me/password` is that route alone. */
  mounts: readonly string[];
  throttled?: readonly Throttle[];
  /**
   * Of a surface that speaks another system's language: where its paths begin. It also answers at the root of a host name
   * of its own. Its operations are documented in that system's terms, not in ours.
   */
  dialect?: string;
  reservedConcurrency?: 'sign-in';
}

/** What a worker is told of the table's stream: items of these kinds, when this happened to them. */
export interface StreamFilter {
  kinds: readonly string[];
  events: readonly ('INSERT' | 'MODIFY' | 'REMOVE')[];
}

interface WorkerFacts extends Grants {
  name: string;
  entry: string;
  sendsMail: boolean;
}

/** Rung by the table's stream. A stream has room for two of these. */
export interface StreamSurface extends WorkerFacts {
  kind: 'stream';
  reads: StreamFilter;
  /** Records handed over at once, at most. */
  batchSize: number;
}

export type WorkerSurface = StreamSurface | (WorkerFacts & { kind: 'schedule' | 'mail-feedback' });

export type Surface = HttpSurface | WorkerSurface;

const plain = { memoryMb: 512, timeoutSeconds: 15 };
/** 1,769 MB is one whole vCPU: argon2id takes three times as long on a third of one. */
const hashing = { memoryMb: 1769, timeoutSeconds: 20 };
const withSecrets = { table: 'write', secretPartition: true } as const;
const withoutSecrets = { table: 'write', secretPartition: false } as const;
const oncePerPerson = { ratePerSecond: 50, burst: 100 };

export const httpSurfaces: readonly HttpSurface[] = [
  {
    kind: 'http',
    name: 'users',
    entry: 'users.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: [],
    mounts: ['/v1/users', '/v1/me'],
  },
  {
    kind: 'http',
    name: 'finding',
    entry: 'finding.ts',
    ...plain,
    table: 'read',
    secretPartition: false,
    keyRings: ['cursors'],
    mounts: [
      'GET /v1/users',
      'GET /v1/users/count',
      'GET /v1/users/typeahead',
      'GET /v1/users/delta',
      'GET /v1/users/{id}/reports',
      'GET /v1/users/{id}/managers',
    ],
  },
  {
    kind: 'http',
    name: 'work',
    entry: 'work.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: [],
    mounts: ['ANY /v1/users/{id}/routing', 'ANY /v1/users/{id}/presence', 'ANY /v1/me/presence'],
  },
  {
    kind: 'http',
    name: 'structure',
    entry: 'structure.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: ['cursors'],
    mounts: ['/v1/teams', '/v1/groups', '/v1/divisions', '/v1/locations', 'GET /v1/users/{id}/memberships'],
  },
  {
    kind: 'http',
    name: 'roles',
    entry: 'roles.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: [],
    mounts: ['/v1/roles'],
  },
  {
    kind: 'http',
    name: 'events',
    entry: 'events.ts',
    ...plain,
    table: 'read',
    secretPartition: 'sessions',
    keyRings: ['cursors'],
    mounts: ['/v1/events', 'ANY /v1/users/{id}/events', 'ANY /v1/me/events'],
  },
  {
    kind: 'http',
    name: 'invites',
    entry: 'invites.ts',
    ...hashing,
    ...withSecrets,
    keyRings: ['links', 'cursors'],
    mounts: ['/v1/invites'],
    throttled: [{ route: 'POST /v1/invites/accept', ...oncePerPerson }],
  },
  {
    kind: 'http',
    name: 'passwords',
    entry: 'passwords.ts',
    ...hashing,
    ...withSecrets,
    keyRings: ['links'],
    mounts: ['/v1/password-resets', 'ANY /v1/users/{id}/password-reset', 'POST /v1/me/password'],
    throttled: [
      { route: 'POST /v1/password-resets', ...oncePerPerson },
      { route: 'POST /v1/password-resets/complete', ...oncePerPerson },
    ],
  },
  {
    kind: 'http',
    name: 'contacts',
    entry: 'contacts.ts',
    ...plain,
    ...withSecrets,
    keyRings: ['links'],
    mounts: ['/v1/contact-validations', '/v1/users/{id}/contact-validations'],
    throttled: [{ route: 'POST /v1/contact-validations/complete', ...oncePerPerson }],
  },
  {
    kind: 'http',
    name: 'sessions',
    entry: 'sessions.ts',
    ...hashing,
    ...withSecrets,
    keyRings: ['signing'],
    mounts: ['/v1/sessions'],
    throttled: [
      { route: 'POST /v1/sessions', ratePerSecond: 200, burst: 400 },
      { route: 'POST /v1/sessions/refresh', ratePerSecond: 500, burst: 1000 },
    ],
    reservedConcurrency: 'sign-in',
  },
  {
    kind: 'http',
    name: 'orgs',
    entry: 'orgs.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: ['clients', 'cursors'],
    mounts: ['/v1/orgs', '/v1/clients'],
  },
  {
    kind: 'http',
    name: 'outreach',
    entry: 'dialects/outreach.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: ['cursors'],
    mounts: ['/outreach'],
    dialect: '/outreach',
  },
  {
    kind: 'http',
    name: 'oauth',
    entry: 'oauth.ts',
    ...plain,
    ...withoutSecrets,
    keyRings: ['signing', 'clients'],
    mounts: ['/oauth', '/.well-known', 'POST /login/oauth/token'],
    throttled: [
      { route: 'POST /oauth/token', ratePerSecond: 200, burst: 400 },
      { route: 'POST /login/oauth/token', ratePerSecond: 200, burst: 400 },
    ],
  },
  {
    kind: 'http',
    name: 'pages',
    entry: 'pages.ts',
    ...hashing,
    ...withSecrets,
    keyRings: ['links'],
    mounts: ['/accept-invite', '/reset-password', '/verify-email', '/forgot-password'],
    throttled: ['/accept-invite', '/reset-password', '/verify-email', '/forgot-password'].map((path) => ({
      route: `POST ${path}`,
      ...oncePerPerson,
    })),
  },
  {
    kind: 'http',
    name: 'identity',
    entry: 'dialects/identity.ts',
    dialect: '/identity',
    ...hashing,
    ...withSecrets,
    // Of links for what is completed here, of clients for the secrets of UsernameTokens.
    keyRings: ['links', 'clients', 'cursors'],
    mounts: ['/identity'],
  },
  {
    kind: 'http',
    name: 'axway',
    entry: 'dialects/axway.ts',
    dialect: '/axway',
    ...plain,
    table: 'write',
    secretPartition: 'sessions',
    keyRings: ['cursors'],
    mounts: ['/axway'],
  },
  {
    kind: 'http',
    name: 'axway-sign-in',
    entry: 'dialects/axway/sign-in.ts',
    dialect: '/axway',
    ...hashing,
    ...withSecrets,
    keyRings: ['signing', 'clients'],
    mounts: ['POST /axway/api/v1/auth/switchLoggedInOrg'],
    throttled: [
      { route: 'POST /axway/api/v1/auth/login', ratePerSecond: 200, burst: 400 },
      {
        route: 'POST /axway/auth/realms/Broker/protocol/openid-connect/token',
        ratePerSecond: 200,
        burst: 400,
      },
    ],
    reservedConcurrency: 'sign-in',
  },
  {
    kind: 'http',
    name: 'axway-passwords',
    entry: 'dialects/axway/passwords.ts',
    dialect: '/axway',
    ...hashing,
    ...withSecrets,
    keyRings: ['links', 'cursors'],
    mounts: [
      'GET /axway/api/v1/auth/activation/{id}',
      'POST /axway/api/v1/auth/activate/resend',
      'POST /axway/api/v1/auth/validatePassword',
      'PUT /axway/api/v1/user/profile/{id}',
    ],
    throttled: ['/auth/activate', '/auth/activate/forgot', '/auth/forgot'].map((path) => ({
      route: `POST /axway/api/v1${path}`,
      ...oncePerPerson,
    })),
  },
  {
    kind: 'http',
    name: 'genesys',
    entry: 'dialects/genesys.ts',
    dialect: '/genesys',
    ...plain,
    ...withoutSecrets,
    keyRings: ['cursors'],
    mounts: ['/genesys'],
  },
  {
    kind: 'http',
    name: 'genesys-passwords',
    entry: 'dialects/genesys/passwords.ts',
    dialect: '/genesys',
    ...hashing,
    ...withSecrets,
    keyRings: [],
    mounts: [
      'POST /genesys/api/v2/users',
      'POST /genesys/api/v2/users/{id}/password',
      'POST /genesys/api/v2/users/me/password',
    ],
  },
  {
    kind: 'http',
    name: 'docs',
    entry: 'docs.ts',
    ...plain,
    table: 'none',
    secretPartition: false,
    keyRings: [],
    mounts: ['/docs', '/openapi.json', '/health'],
  },
];

export const workerSurfaces: readonly WorkerSurface[] = [
  {
    kind: 'stream',
    name: 'mailer',
    entry: 'mailer.ts',
    ...withSecrets,
    keyRings: ['links'],
    memoryMb: 512,
    timeoutSeconds: 60,
    sendsMail: true,
    reads: { kinds: ['letter'], events: ['INSERT'] },
    batchSize: 10,
  },
  {
    kind: 'stream',
    name: 'projector',
    entry: 'projector.ts',
    ...withoutSecrets,
    keyRings: [],
    memoryMb: 512,
    timeoutSeconds: 60,
    sendsMail: false,
    reads: { kinds: ['user', 'guest'], events: ['INSERT', 'MODIFY', 'REMOVE'] },
    // Fifty people are read in one call, and projected in a few.
    batchSize: 100,
  },
  {
    kind: 'schedule',
    name: 'worker',
    entry: 'worker.ts',
    ...withoutSecrets,
    keyRings: [],
    memoryMb: 512,
    timeoutSeconds: 300,
    sendsMail: false,
  },
  {
    kind: 'schedule',
    name: 'sweeper',
    entry: 'sweeper.ts',
    ...withSecrets,
    keyRings: ['links'],
    memoryMb: 512,
    timeoutSeconds: 55,
    sendsMail: true,
  },
  {
    kind: 'mail-feedback',
    name: 'mail-feedback',
    entry: 'mail-feedback.ts',
    ...withoutSecrets,
    keyRings: [],
    memoryMb: 256,
    timeoutSeconds: 30,
    sendsMail: false,
  },
];

export const surfaces: readonly Surface[] = [...httpSurfaces, ...workerSurfaces];

/** The route keys of API Gateway for one surface, each once: two per path mount, exact mounts, throttled routes. */
export function routesOf(surface: Surface): string[] {
  if (surface.kind !== 'http') return [];
  const mounted = surface.mounts.flatMap((mount) =>
    mount.startsWith('/') ? [`ANY ${mount}`, `ANY ${mount}/{proxy+}`] : [mount],
  );
  // API Gateway throttles routes, not paths: a limit of its own needs a route of its own.
  return [...new Set([...mounted, ...(surface.throttled ?? []).map((limit) => limit.route)])];
}
