// Both requests completed by the token of their letter. A surface of its own: it holds the key of links and reads no XML.
import { completeValidation } from '../../../shared/directory/contact-proofs.ts';
import { completeReset } from '../../../shared/directory/passwords.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { emptyReply } from '../../../shared/http/reply.ts';
import { TypedPassword } from '../../../shared/model/password.ts';
import { needed, readArguments } from './arguments.ts';
import { identity } from './manner.ts';

/** The link's token stands in the body: what is in an address ends up in logs. */
export const operations: readonly Operation[] = [
  identity('POST /v1/passwordResetRequests/complete', {
    summary: 'Set a new password by the token of the letter',
    access: 'anyone',
    rate: 'public',
    takesBody: true,
    async run(ctx, { body }) {
      const given = readArguments(
        [
          ['token', 'string'],
          ['password', 'string'],
        ],
        body,
      );
      const password = parse(TypedPassword, needed(given, 'password'), '/password');
      await completeReset(ctx, { token: needed(given, 'token') }, password);
      return emptyReply(204);
    },
  }),
  identity('POST /v1/contactPointValidations/complete', {
    summary: 'Prove an address by the token of the letter',
    access: 'anyone',
    rate: 'public',
    takesBody: true,
    async run(ctx, { body }) {
      const given = readArguments([['token', 'string']], body);
      await completeValidation(ctx, { token: needed(given, 'token') });
      return emptyReply(204);
    },
  }),
];
