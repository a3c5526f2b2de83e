// How a person proves to hold a letter: by its link's token, or by its code and where it was sent.
import * as v from 'valibot';
import { EmailAddress } from '../model/email-address.ts';
import { LinkId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';

const token = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(512)));
const code = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(20)));

/** Members of a body that is proven by token, or by address and code. */
export const proofByAddress = { token, email: v.optional(EmailAddress), code };
/** Members of a body that is proven by token, or by the id of what was started and code. */
export const proofById = { token, id: v.optional(LinkId), code };

/** A body with such members. The rule between them is told to those who read the API's document as well. */
export const provenBody = <S extends v.GenericSchema>(where: 'email' | 'id', body: S) => {
  const byToken = { required: ['token'], properties: { [where]: false, code: false } };
  const byCode = { required: [where, 'code'], properties: { token: false } };
  return v.pipe(body, v.metadata({ oneOf: [byToken, byCode] }));
};

type Proof<Where extends object> = { token: string } | (Where & { code: string });

const either = (where: string) => {
  const message = `either token, or ${where} and code`;
  return fail({ code: 'input-invalid', issues: [{ pointer: '', message }] });
};

export function readProof(given: {
  token?: string | undefined;
  email?: EmailAddress | undefined;
  code?: string | undefined;
}): Proof<{ email: EmailAddress }> {
  const { token, email, code } = given;
  if (token !== undefined && email === undefined && code === undefined) return { token };
  return token === undefined && email !== undefined && code !== undefined ? { email, code } : either('email');
}

export function readProofById(given: {
  token?: string | undefined;
  id?: LinkId | undefined;
  code?: string | undefined;
}): Proof<{ id: LinkId }> {
  const { token, id, code } = given;
  if (token !== undefined && id === undefined && code === undefined) return { token };
  return token === undefined && id !== undefined && code !== undefined ? { id, code } : either('id');
}
