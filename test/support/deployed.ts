// A stage as the stacks would deploy it, on one machine: the built bundles with the environment, the routes and the
// secrets of the synthesized templates. Only what AWS itself would be is a stand-in: the gateway, the table, and one
// server that answers for Secrets Manager and SES.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { simpleParser } from 'mailparser';
import { httpSurfaces } from '../../functions/surfaces.ts';
import { openGateway } from '../../infra/local/gateway.ts';
import { newLane } from '../../infra/local/lanes.ts';
import { probePort } from '../../infra/local/ports.ts';
import { matchesFilter } from '../../infra/local/stream-record.ts';
import { pollStream } from '../../infra/local/streams.ts';
import type { HttpHandler } from '../../shared/http/serve.ts';
import { functionOf, resources, type Synthesized } from '../infra/synthesized.ts';
import { openTable } from './table.ts';

export interface SentMail {
  to: string;
  text: string;
  tags: Record<string, string>;
  messageId: string;
}

export interface Deployed {
  base: string;
  /** What a deploy writes with `--outputs-file`. */
  outputs: Record<string, Record<string, string>>;
  /** Where AWS is for this stage: for the environment of an operator's command. */
  environment: Record<string, string>;
  /** Letters that SES took, once everything written so far has reached the mailer. */
  mail(): Promise<readonly SentMail[]>;
  invoke(name: string, event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a stage from its templates and the folder of its bundles. */
export async function openDeployed(stacks: Synthesized, bundles: string): Promise<Deployed> {
  const sent: SentMail[] = [];
  const secrets = secretsOf(stacks);
  const aws = await openAws(secrets, sent);
  const table = await openTable();
  const port = await probePort(0);
  const base = `http://127.0.0.1:${port}`;
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_SES: aws.url,
  };
  /** What CloudFormation would put in, by variable. */
  const resolved: Record<string, string> = {
    TABLE_NAME: table.tableName,
    BASE_URL: base,
    MAIL_CONFIGURATION_SET: 'rollcall',
    ...Object.fromEntries([...secrets.keys()].map((arn) => [`KEYS_${arn.toUpperCase()}_ARN`, arn])),
  };
  const variablesOf = (name: string): Record<string, string> => {
    const { Variables } = functionOf(stacks, name).Properties.Environment as { Variables: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(Variables).map(([variable, value]) => {
        const known = typeof value === 'string' ? value : resolved[variable];
        if (known === undefined) throw new Error(`${name} has ${variable}, and nothing says what it is`);
        return [variable, known];
      }),
    );
  };

  const instances = new Map<string, ReturnType<typeof newInstance>>();
  const instanceOf = (name: string) => {
    const running = instances.get(name);
    if (running) return running;
    const { Handler } = functionOf(stacks, name).Properties as { Handler: string };
    const file = join(bundles, name, `${Handler.split('.')[0]}.js`);
    const started = newInstance(file, { ...environment, ...variablesOf(name) });
    instances.set(name, started);
    return started;
  };
  const invoke = (name: string, event: unknown) => instanceOf(name).invoke(event);

  const gateway = await openGateway(port, {
    surfaces: deployedSurfaces(stacks),
    handlerOf: async ({ name }) => ((event) => invoke(name, event)) as HttpHandler,
    clock: () => new Date(),
  });
  const stream = pollStream({
    client: table.dynamo,
    tableName: table.tableName,
    filter: matchesFilter({ kinds: ['letter'], events: ['INSERT'] }),
    worker: (event) => invoke('mailer', event),
    deadLetter: (_records, error) => Promise.reject(error),
    onFault: (error) => Promise.reject(error),
  });
  return {
    ...{ base, environment, invoke },
    outputs: { data: outputsOf(stacks, table.tableName, secrets) },
    async mail() {
      await stream.drained();
      // On a busy machine a function starts too late for letters that can wait: the sweeper has those.
      await invoke('sweeper', {});
      return sent;
    },
    async stop() {
      await gateway.stop();
      await stream.stop();
      await Promise.all([...instances.values()].map((instance) => instance.stop()));
      aws.server.close();
      aws.server.closeAllConnections();
    },
  };
}

/** The names of the key rings, which stand for their secrets' addresses here, with what a deploy would draw. */
function secretsOf({ data }: Synthesized): Map<string, string> {
  return new Map(
    resources(data, 'AWS::SecretsManager::Secret').map(([, { Properties }]) => {
      const ring = /key ring "(\w+)"/.exec(String(Properties.Description))?.[1] ?? '';
      const draw = Properties.GenerateSecretString as Record<string, unknown>;
      const drawn = ring.repeat(64).slice(0, Number(draw.PasswordLength));
      const template = JSON.parse(String(draw.SecretStringTemplate)) as object;
      return [ring, JSON.stringify({ ...template, [String(draw.GenerateStringKey)]: drawn })];
    }),
  );
}

function outputsOf({ data }: Synthesized, tableName: string, secrets: Map<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(data.findOutputs('*')).map((name) => {
      const ring = /^KeyRing(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
      return [name, secrets.has(ring) ? ring : tableName];
    }),
  );
}

/** The surfaces with the routes that the template gives their functions, and no others. */
function deployedSurfaces(stacks: Synthesized) {
  const { api } = stacks;
  const functions = Object.fromEntries(resources(api, 'AWS::Lambda::Function'));
  const integrations = Object.fromEntries(resources(api, 'AWS::ApiGatewayV2::Integration'));
  const keysOf = new Map<unknown, string[]>();
  for (const [, { Properties }] of resources(api, 'AWS::ApiGatewayV2::Route')) {
    const { 'Fn::Join': joined } = Properties.Target as { 'Fn::Join': [string, [string, { Ref: string }]] };
    const integration = integrations[joined[1][1].Ref]?.Properties as { IntegrationUri: { 'Fn::GetAtt': [string] } };
    const target = functions[integration.IntegrationUri['Fn::GetAtt'][0]]?.Properties.FunctionName;
    keysOf.set(target, [...(keysOf.get(target) ?? []), String(Properties.RouteKey)]);
  }
  return httpSurfaces.map((surface) => {
    const keys = keysOf.get(functionOf(stacks, surface.name).Properties.FunctionName) ?? [];
    return { ...surface, mounts: keys, throttled: [] };
  });
}

function newInstance(file: string, env: Record<string, string>) {
  const script = new URL('./lambda-instance.ts', import.meta.url);
  const worker = new Worker(script, { workerData: file, env, stdout: true });
  // One line of the log per request: nobody reads it here, but somebody has to take it.
  worker.stdout.resume();
  const oneAtATime = newLane(1);
  return {
    invoke: (event: unknown) =>
      oneAtATime.run(async () => {
        worker.postMessage(JSON.stringify(event));
        const [{ answer, error }] = (await once(worker, 'message')) as [{ answer?: string; error?: string }];
        if (error !== undefined) throw new Error(error);
        return answer === undefined ? undefined : JSON.parse(answer);
      }),
    stop: () => worker.terminate(),
  };
}

/** Secrets Manager, which speaks JSON, and SES, which speaks forms. */
async function openAws(secrets: Map<string, string>, sent: SentMail[]): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      const { SecretId } = JSON.parse(body) as { SecretId: string };
      const SecretString = secrets.get(SecretId);
      response.writeHead(SecretString ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      return response.end(JSON.stringify(SecretString ? { SecretString } : { __type: 'ResourceNotFoundException' }));
    }
    const messageId = `sent-${sent.length + 1}`;
    sent.push(await readMail(new URLSearchParams(body), messageId));
    response.writeHead(200, { 'content-type': 'text/xml' });
    return response.end(
      `<SendRawEmailResponse><SendRawEmailResult><MessageId>${messageId}</MessageId></SendRawEmailResult></SendRawEmailResponse>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function readMail(form: URLSearchParams, messageId: string): Promise<SentMail> {
  const { text = '' } = await simpleParser(Buffer.from(form.get('RawMessage.Data') ?? '', 'base64'));
  const numbers = [...form.keys()].flatMap((key) => /^Tags\.member\.(\d+)\.Name$/.exec(key)?.[1] ?? []);
  const tags = numbers.map((n) => [form.get(`Tags.member.${n}.Name`), form.get(`Tags.member.${n}.Value`)]);
  return { to: form.get('Destinations.member.1') ?? '', text, tags: Object.fromEntries(tags), messageId };
}
