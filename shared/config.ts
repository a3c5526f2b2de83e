// The only reader of the environment. What a function was not given is absent here, and asking for it fails loudly.

/** A key ring as JSON, or the Secrets Manager secret that holds it. */
export type RingSource = { json: string } | { secretArn: string };

export const RINGS = ['signing', 'links', 'clients', 'cursors'] as const;
export type RingName = (typeof RINGS)[number];

export interface Config {
  stage: string;
  /** Absent for a function that has no business with the table. */
  tableName?: string;
  /** Scheme, host and port of the service: in every link, and issuer of every token. Never taken from a request. */
  baseUrl: string;
  /** Host names of their own that other systems' languages have, by the names of their mounts. */
  hosts?: Readonly<Record<string, string>>;
  mailFrom: string;
  mailConfigurationSet?: string;
  /** Letters per second that SES allows this deployment. */
  mailRatePerSecond: number;
  /** Items a second that jobs begin to write with; see `shared/pace.ts`. Its own unless told. */
  firstWritesPerSecond?: number;
  /** Multiplies every limit; 1 but for local runs. */
  limitScale: number;
  /** Preferences of everybody in the deployment, as JSON: the lowest layer. */
  preferences?: string;
  rings: Partial<Record<RingName, RingSource>>;
}

export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`the environment lacks ${name}`);
    return value;
  };
  const tableName = env.TABLE_NAME;
  const configurationSet = env.MAIL_CONFIGURATION_SET;
  return {
    stage: required('STAGE'),
    ...(tableName && { tableName }),
    baseUrl: required('BASE_URL').replace(/\/$/, ''),
    ...(env.DIALECT_HOSTS && { hosts: JSON.parse(env.DIALECT_HOSTS) as Record<string, string> }),
    mailFrom: env.MAIL_FROM ?? '',
    ...(configurationSet && { mailConfigurationSet: configurationSet }),
    mailRatePerSecond: Number(env.MAIL_RATE_PER_SECOND ?? 14),
    limitScale: 1,
    ...(env.PREFERENCES && { preferences: env.PREFERENCES }),
    rings: Object.fromEntries(
      RINGS.flatMap((ring) => {
        const secretArn = env[`KEYS_${ring.toUpperCase()}_ARN`];
        return secretArn ? [[ring, { secretArn }]] : [];
      }),
    ),
  };
}
