// Imports through the API, to their end.
import type { Json, TestService } from './service.ts';
import { ok } from './world.ts';

export interface Sent {
  token: string;
  /** Of the address, after the `?`. */
  query?: string;
  type?: string;
}

export const sendFile = (service: TestService, file: string | Buffer, { token, query = '', type = 'text/csv' }: Sent) =>
  service.call('POST', `/v1/imports?${query}`, { token, body: file, headers: { 'content-type': type } });

/** Sends, lets the worker do it, and reads the job and all of its rows. */
export async function importFile(
  service: TestService,
  file: string | Buffer,
  sent: Sent,
): Promise<{ job: Json; rows: Json[] }> {
  const { id } = await ok(sendFile(service, file, sent));
  await service.handlers.work('worker', {});
  return {
    job: await ok(service.call('GET', `/v1/jobs/${id}`, { token: sent.token })),
    rows: await rowsOf(service, id, sent.token),
  };
}

export async function rowsOf(service: TestService, id: string, token: string, query = ''): Promise<Json[]> {
  const rows: Json[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const path = `/v1/jobs/${id}/rows?limit=200${query}${cursor ? `&cursor=${cursor}` : ''}`;
    const page = await ok(service.call('GET', path, { token }));
    rows.push(...page.items);
    cursor = page.nextCursor;
  }
  return rows;
}
