// A password as it is typed. Whether it may be set is the policy's business (security/password-policy.ts).
import * as v from 'valibot';

/** Any string to compare with: nothing is told about rules where a password is only checked. At most 1,024 characters. */
export const TypedPassword = v.pipe(v.string(), v.maxLength(1024), v.metadata({ format: 'password' }));
