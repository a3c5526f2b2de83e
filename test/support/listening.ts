// A test service behind a real port, for clients that speak HTTP themselves.
import { openGateway } from '../../infra/local/gateway.ts';
import type { TestService } from './service.ts';

export interface Listening {
  base: string;
  stop(): Promise<void>;
}

/** On a free port of the loopback interface, with the rules of API Gateway. */
export async function listen({ handlers, clock }: TestService): Promise<Listening> {
  const handlerOf = ({ name }: { name: string }) => handlers.http(name);
  const { port, stop } = await openGateway(0, { handlerOf, clock: clock.now });
  return { base: `http://127.0.0.1:${port}`, stop };
}
