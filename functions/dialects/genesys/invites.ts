// The mail that lets somebody in.
import { invitePerson } from '../../../shared/directory/invite-person.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import { genesys, idOf, nothing } from './manner.ts';

export const inviteOperations: readonly Operation[] = [
  genesys('POST /api/v2/users/{userId}/invite', {
    summary: 'Send the activation mail',
    access: { permission: 'users:invite' },
    async run(ctx, { params, query }) {
      await invitePerson(ctx, idOf(params), query.get('force') === 'true');
      return nothing(ctx);
    },
  }),
];
