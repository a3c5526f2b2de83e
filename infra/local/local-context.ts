// A context for the flows that no request starts.
import type { Context } from '../../shared/directory/context.ts';
import type { Services } from '../../shared/services.ts';

export const localContext = (services: Services): Context => ({
  ...services.directory,
  now: services.clock(),
  requestId: services.newRequestId(),
  source: 'local',
  standing: async () => ({ permissions: [] }),
});
