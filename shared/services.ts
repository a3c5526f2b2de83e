// The only wiring: from configuration to what flows and handlers use. Tests and the local run bring their own clock,
// clients and log through `overrides`; nothing else differs.
import { randomBytes, randomUUID } from 'node:crypto';
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import { type Config, RINGS, type RingName, readConfig } from './config.ts';
import type { Directory, Keys } from './directory/context.ts';
import { type Log, stdoutLog } from './log.ts';
import type { Send } from './mail/ses.ts';
import { Preferences } from './model/user/preferences.ts';
import {
  type PublicKeys,
  publicKeys,
  type TokenVerifier,
  tokenSigner,
  tokenVerifier,
} from './security/access-token.ts';
import { type KeyRing, readKeyRing } from './security/key-ring.ts';
import { dynamoTable } from './store/dynamo-table.ts';
import { findPublicKeys, publishKeys } from './store/key-items.ts';
import type { Table } from './store/table.ts';

/** Where nobody says anything else. */
const DEFAULT_PREFERENCES = JSON.stringify({ locale: 'en-US', loginOrg: 'last_logged' });

export interface Services {
  config: Config;
  directory: Directory;
  clock(): Date;
  newRequestId(): string;
  verifyAccessToken: TokenVerifier;
  sendLetter: Send;
  log: Log;
}

export interface Overrides {
  clock?: () => Date;
  log?: Log;
  dynamo?: DynamoDBClientConfig;
  dynamoHook?: (client: DynamoDBClient) => void;
  /** Makes what sends letters. Only who sends any brings it: SES and its SDK stay out of every other function. */
  sender?: (config: Config) => Send;
}

export async function createServices(config: Config, overrides: Overrides = {}): Promise<Services> {
  const { clock = () => new Date(), log = stdoutLog } = overrides;
  const { tableName } = config;
  const client = {
    ...(overrides.dynamo && { client: overrides.dynamo }),
    ...(overrides.dynamoHook && { hook: overrides.dynamoHook }),
  };
  const table = tableName === undefined ? noTable : dynamoTable({ tableName, ...client });
  // Side by side: an instance answers nobody before it has both.
  const [rings, found] = await Promise.all([
    loadRings(config),
    tableName !== undefined && !config.rings.signing ? findPublicKeys(table) : { keys: [] },
  ]);
  const { signing } = rings;
  // Whoever signs says in the table with which public keys; whoever verifies reads them there. Either way the first
  // call to the table, which costs more than the next ones, is done before the first request.
  const published = signing ? publicKeys(signing) : undefined;
  if (published) await publishKeys(table, published, randomUUID());
  const findKeys = keyFinder(() => findPublicKeys(table), published ?? found, clock);
  const issueAccessToken = signing ? tokenSigner(signing, config.baseUrl) : notGiven('signing');
  return {
    config,
    clock,
    log,
    newRequestId: randomUUID,
    verifyAccessToken: tokenVerifier(findKeys, config.baseUrl),
    sendLetter: overrides.sender?.(config) ?? noSender,
    directory: {
      table,
      keys: heldKeys(rings),
      baseUrl: config.baseUrl,
      ...(config.hosts && { hosts: config.hosts }),
      limitScale: config.limitScale,
      preferences: v.parse(Preferences, JSON.parse(config.preferences ?? DEFAULT_PREFERENCES)),
      issueAccessToken,
      randomBytes,
    },
  };
}

/** Milliseconds after which an instance reads its key rings again, so that a rotation reaches it. */
const RELOAD_MS = 5 * 60_000;
let shared: { services: Promise<Services>; since: number } | undefined;

/**
 * The services of this Lambda instance, begun while it initialises. Old ones go on serving while new ones are made, and
 * for as long as they cannot be: a key store that is down for a while stops nothing.
 */
export function lambdaServices(overrides: Overrides = {}): Promise<Services> {
  const now = Date.now();
  if (shared === undefined) {
    const services = createServices(readConfig(), overrides);
    shared = { services, since: now };
    // A start that failed is not kept: the next request tries again.
    services.catch(() => {
      shared = undefined;
    });
    return services;
  }
  if (now - shared.since > RELOAD_MS) {
    const current = shared;
    current.since = now;
    createServices(readConfig(), overrides).then(
      (services) => {
        shared = { services: Promise.resolve(services), since: now };
      },
      () => undefined,
    );
  }
  return shared.services;
}

async function loadRings(config: Config): Promise<Partial<Record<RingName, KeyRing>>> {
  const named = RINGS.filter((ring) => config.rings[ring]);
  const rings = await Promise.all(
    named.map(async (ring) => [ring, readKeyRing(await ringJson(config, ring))] as const),
  );
  return Object.fromEntries(rings);
}

let secrets: SecretsManagerClient | undefined;

async function ringJson(config: Config, ring: RingName): Promise<string> {
  const source = config.rings[ring];
  if (source && 'json' in source) return source.json;
  secrets ??= new SecretsManagerClient({});
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: source?.secretArn ?? '' }));
  return answer.SecretString ?? '';
}

function heldKeys(rings: Partial<Record<RingName, KeyRing>>): Keys {
  const held = (name: RingName) => rings[name] ?? notGiven(name)();
  return {
    get links() {
      return held('links');
    },
    get clients() {
      return held('clients');
    },
    get cursors() {
      return held('cursors');
    },
    get signing() {
      return held('signing');
    },
  };
}

const notGiven = (name: RingName) => (): never => {
  throw new Error(`this function was not given the key ring "${name}"`);
};

const noSender = (): never => {
  throw new Error('this function was not given a sender of letters');
};

const REFRESH_MS = 10_000;

const noTableGiven = (): never => {
  throw new Error('this function was not given the table');
};
const noTable: Table = {
  get: noTableGiven,
  getMany: noTableGiven,
  query: noTableGiven,
  change: noTableGiven,
  put: noTableGiven,
  commit: noTableGiven,
};

/** Public keys, read again when a token names one not among them, at most every ten seconds. */
function keyFinder(read: () => Promise<PublicKeys>, first: PublicKeys, clock: () => Date) {
  let known = first;
  let readAt = Number.NEGATIVE_INFINITY;
  return async (fresh: boolean): Promise<PublicKeys> => {
    if (fresh && Math.abs(clock().getTime() - readAt) > REFRESH_MS) {
      readAt = clock().getTime();
      known = await read();
    }
    return known;
  };
}
