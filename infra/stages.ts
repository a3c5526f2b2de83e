// What differs among dev, test and prod, and nothing else. Put your own domains in here before the first deploy.
import { env } from 'node:process';

export type StageName = 'dev' | 'test' | 'prod';

export interface Domain {
  name: string;
  /** Of ACM, in the stage's region. */
  certificateArn: string;
}

export interface StageSettings {
  name: StageName;
  /** Account and region of the credentials in use, unless set here. */
  account?: string;
  region?: string;
  /** A domain of your own. Without it links lead to the API's own endpoint, or to `baseUrl` (a CDN in front). */
  domain?: Domain;
  baseUrl?: string;
  /**
   * Host names at whose root another system's language is spoken, by the name of its mount: `{ genesys: … }`. Under the
   * mount it is spoken anyway. A name may be a wildcard, `*.calls.example.com`, for clients that put `api.` and `login.`
   * before a domain themselves.
   */
  hosts?: Readonly<Record<string, Domain>>;
  mail: {
    /** Domain that SES signs for; `from` is a plain address in it. */
    domain: string;
    from: string;
    /** Letters a second: below the account's SES quota. */
    ratePerSecond: number;
    /** An account still in the SES sandbox is asked for a permission on the recipient's identity too. */
    sandbox: boolean;
  };
  /** Hash-heavy sign-in gets its own share of the account. None in dev: a new account has too few to reserve any. */
  reserved?: { signIn: number; sweeper: number; worker: number };
  /** What holds for everybody of the deployment who, like their org and team, says nothing else: the lowest layer. */
  preferences?: Readonly<Record<string, unknown>>;
  /** Every route without a limit of its own. */
  throttle: { ratePerSecond: number; burst: number };
  logLevel: 'debug' | 'info' | 'warn';
  logRetentionDays: 7 | 30 | 365;
  /** Table, keys and logs outlive their stack. */
  retain: boolean;
  deletionProtection: boolean;
  pointInTimeRecovery: boolean;
  alarmAddress?: string;
}

const here = { account: env.CDK_DEFAULT_ACCOUNT, region: env.CDK_DEFAULT_REGION };

const stages: Readonly<Record<StageName, StageSettings>> = {
  dev: {
    ...here,
    name: 'dev',
    mail: { domain: 'dev.rollcall.example', from: 'no-reply@dev.rollcall.example', ratePerSecond: 1, sandbox: true },
    throttle: { ratePerSecond: 200, burst: 200 },
    logLevel: 'debug',
    logRetentionDays: 7,
    retain: false,
    deletionProtection: false,
    pointInTimeRecovery: false,
  },
  test: {
    ...here,
    name: 'test',
    mail: { domain: 'test.rollcall.example', from: 'no-reply@test.rollcall.example', ratePerSecond: 1, sandbox: true },
    reserved: { signIn: 10, sweeper: 1, worker: 1 },
    throttle: { ratePerSecond: 500, burst: 500 },
    logLevel: 'info',
    logRetentionDays: 30,
    retain: false,
    deletionProtection: false,
    pointInTimeRecovery: true,
  },
  prod: {
    ...here,
    name: 'prod',
    mail: { domain: 'rollcall.example', from: 'no-reply@rollcall.example', ratePerSecond: 14, sandbox: false },
    reserved: { signIn: 50, sweeper: 1, worker: 1 },
    throttle: { ratePerSecond: 2000, burst: 1000 },
    logLevel: 'info',
    logRetentionDays: 365,
    retain: true,
    deletionProtection: true,
    pointInTimeRecovery: true,
    alarmAddress: 'operations@rollcall.example',
  },
};

/** The settings of a stage; dev when none is named. Throws one line that names the stages for any other name. */
export function stageSettings(name: unknown = 'dev'): StageSettings {
  const found = Object.values(stages).find((stage) => stage.name === name);
  if (!found) throw new Error(`unknown stage "${name}": use -c stage=${Object.keys(stages).join(', ')}`);
  return found;
}

/** The public address a stage is given; undefined when it is the API's own endpoint, known once the API exists. */
export function givenBaseUrl({ domain, baseUrl }: StageSettings): string | undefined {
  return domain ? `https://${domain.name}` : baseUrl;
}
