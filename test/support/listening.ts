// A test service behind a real port, for clients that speak HTTP themselves.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { openGateway } from '../../infra/local/gateway.ts';
import type { TestService } from './service.ts';

export interface Listening {
  base: string;
  stop(): Promise<void>;
}

/** A port of the loopback interface that nobody had a moment ago: for a service that must know its address first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** On a free port of the loopback interface unless told, with the rules of API Gateway. */
export async function listen({ handlers, clock }: TestService, wanted = 0): Promise<Listening> {
  const handlerOf = ({ name }: { name: string }) => handlers.http(name);
  const { port, stop } = await openGateway(wanted, { handlerOf, clock: clock.now });
  return { base: `http://127.0.0.1:${port}`, stop };
}
