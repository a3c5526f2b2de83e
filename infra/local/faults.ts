// Faults on demand and a meter, both as middleware of an AWS client: nothing of the service knows of them. Rules say
// which calls suffer what; observers see every call.
import { setTimeout as sleep } from 'node:timers/promises';
import { awsFault } from './aws-fault.ts';
import { type Barrier, barrier } from './barrier.ts';
import { capacityOf, keysOf, type Observed } from './observed.ts';

export type FaultMode = 'fail-before' | 'commit-then-fail' | 'delay' | 'throttle' | 'hold';

export interface FaultRule {
  service: 'dynamodb' | 'ses';
  /** Name of the API operation, such as `TransactWriteItems`; absent: all of them. */
  operation?: string;
  /** Occurs in the JSON of the call's input. */
  key?: string;
  mode: FaultMode;
  /** Only from the nth matching call on, counted since the rule was set; then `times` is 1 unless given. */
  nth?: number;
  /** How many calls suffer; without `nth` unlimited. For a hold, how many groups; then 1 unless given. */
  times?: number;
  /** Share of the matching calls that suffer, 0 to 1. */
  probability?: number;
  /** Waits before anything else; all that `delay` does. Default 1000. */
  delayMs?: number;
  /** All matching calls wait until this many have arrived, or this long; then all go on. */
  hold?: { until: number; maxMs: number };
  /** Name of the error instead of the mode's own. */
  error?: string;
  /** `attempt` strikes what goes over the wire, so that the SDK's own retries see it. Default `call`. */
  per?: 'call' | 'attempt';
}

export interface RuleInForce {
  rule: FaultRule;
  matched: number;
  struck: number;
}

/** Any AWS SDK v3 client. */
export interface FaultyClient {
  middlewareStack: { add(...layer: never[]): void };
}

export interface Faults {
  /** Adds rules. Throws on one that makes no sense. */
  add(...rules: FaultRule[]): void;
  /** Forgets all rules; calls that wait go on. */
  clear(): void;
  list(): RuleInForce[];
  /** Sees every finished call until the returned function is called. While anyone looks, calls report their capacity. */
  onCall(observer: (call: Observed) => void): () => void;
  install(client: FaultyClient, service: FaultRule['service']): void;
}

type Input = Record<string, unknown>;
type Next = (args: { input: Input }) => Promise<{ output: Record<string, unknown> }>;
type Middleware = (next: Next, context: { commandName?: string }) => Next;

interface Live extends RuleInForce {
  barrier?: Barrier;
}

export function newFaults(): Faults {
  let rules: Live[] = [];
  const observers = new Set<(call: Observed) => void>();

  const struckBy = (service: string, operation: string, input: Input, per: 'call' | 'attempt'): Live[] => {
    if (rules.length === 0) return [];
    const text = JSON.stringify(input);
    const matching = rules.filter(
      ({ rule }) =>
        (rule.per ?? 'call') === per &&
        rule.service === service &&
        (rule.operation ?? operation) === operation &&
        text.includes(rule.key ?? ''),
    );
    return matching.filter(strikes);
  };

  const middleware =
    (service: FaultRule['service'], per: 'call' | 'attempt'): Middleware =>
    (next, context) =>
    async (args) => {
      const operation = operationOf(context);
      // The last rule stands nearest to the wire.
      const chain = struckBy(service, operation, args.input, per).reduceRight<Next>(
        (inner, live) => (given) => suffer(live, operation, () => inner(given)),
        next,
      );
      return chain(args);
    };

  const meter =
    (service: FaultRule['service']): Middleware =>
    (next, context) =>
    async (args) => {
      if (observers.size === 0) return next(args);
      const started = performance.now();
      const operation = operationOf(context);
      const metered =
        service === 'dynamodb' ? { ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } } : args;
      const seen = { service, operation, input: args.input, keys: keysOf(args.input) };
      const report = (end: Partial<Observed>) => {
        const call = { ...seen, capacity: [], units: 0, ms: performance.now() - started, ...end };
        for (const observer of observers) observer(call);
      };
      try {
        const result = await next(metered);
        report(capacityOf(result.output));
        return result;
      } catch (error) {
        report({ error: error instanceof Error ? error.name : 'unknown' });
        throw error;
      }
    };

  return {
    add(...added) {
      for (const rule of added) check(rule);
      rules.push(...added.map(toLive));
    },
    clear() {
      for (const live of rules) live.barrier?.open();
      rules = [];
    },
    list: () => rules.map(({ rule, matched, struck }) => ({ rule, matched, struck })),
    onCall(observer) {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    install(client, service) {
      const add = (layer: Middleware, step: 'initialize' | 'finalizeRequest', name: string) =>
        client.middlewareStack.add(layer as never, { step, name: `rollcall-${name}`, priority: 'low' } as never);
      add(meter(service), 'initialize', 'meter');
      add(middleware(service, 'call'), 'initialize', 'faults-per-call');
      // The SDK's retries are of this step with high priority: what comes after them sees every attempt.
      add(middleware(service, 'attempt'), 'finalizeRequest', 'faults-per-attempt');
    },
  };
}

/** A hook for `dynamoHook` or `sesHook`. */
export const installFaults = (client: FaultyClient, faults: Faults, service: FaultRule['service'] = 'dynamodb'): void =>
  faults.install(client, service);

const operationOf = ({ commandName = '' }: { commandName?: string }) => commandName.replace(/Command$/, '');

const MODES: readonly string[] = ['fail-before', 'commit-then-fail', 'delay', 'throttle', 'hold'] satisfies FaultMode[];

const MEMBERS: Record<keyof FaultRule, string> = {
  service: 'string',
  operation: 'string',
  key: 'string',
  mode: 'string',
  nth: 'number',
  times: 'number',
  probability: 'number',
  delayMs: 'number',
  hold: 'object',
  error: 'string',
  per: 'string',
};

function check(rule: FaultRule): void {
  for (const [name, value] of Object.entries(rule)) {
    const type = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof FaultRule] : undefined;
    if (typeof value !== type) throw new TypeError(type ? `${name} is a ${type}` : `a rule has no member ${name}`);
  }
  const { service, mode, hold, per = 'call' } = rule;
  if (service !== 'dynamodb' && service !== 'ses') throw new TypeError('service is dynamodb or ses');
  if (!MODES.includes(mode)) throw new TypeError(`mode is one of ${MODES.join(', ')}`);
  if (per !== 'call' && per !== 'attempt') throw new TypeError('per is call or attempt');
  if (mode === 'hold' && !(Number(hold?.until) > 0 && Number(hold?.maxMs) > 0)) {
    throw new TypeError('mode hold needs hold: { until, maxMs }');
  }
}

function toLive(rule: FaultRule): Live {
  return { rule, matched: 0, struck: 0, ...(rule.hold && { barrier: barrier(rule.hold.until, rule.hold.maxMs) }) };
}

/** Counts the match and says whether this call suffers. */
function strikes(live: Live): boolean {
  const { nth, probability = 1, times = nth === undefined ? Number.POSITIVE_INFINITY : 1 } = live.rule;
  live.matched++;
  const spent = live.barrier ? live.barrier.openings() >= (live.rule.times ?? 1) : live.struck >= times;
  if (spent || live.matched < (nth ?? 1) || Math.random() >= probability) return false;
  live.struck++;
  return true;
}

async function suffer<T>(live: Live, operation: string, go: () => Promise<T>): Promise<T> {
  const { mode, delayMs = mode === 'delay' ? 1000 : 0, service, error } = live.rule;
  if (delayMs > 0) await sleep(delayMs);
  if (mode === 'hold') await live.barrier?.arrive();
  if (mode === 'fail-before') throw awsFault(error ?? 'InternalServerError', operation);
  if (mode === 'throttle') throw awsFault(error ?? THROTTLED[service], operation);
  const result = await go();
  if (mode === 'commit-then-fail') throw awsFault(error ?? 'InternalServerError', operation);
  return result;
}

const THROTTLED = { dynamodb: 'ThrottlingException', ses: 'Throttling' } as const;
