// Where a person can be reached. The address a person signs in with is `email` at the top of the record, not here.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { text } from '../text.ts';

/**
 * One way to reach a person: an address, or an internal extension, or both. Source: Genesys Cloud `Contact`; that an
 * extension excludes an address there is that dialect's rule.
 */
export const ContactAddress = v.pipe(
  group({
    mediaType: v.picklist(['PHONE', 'EMAIL', 'SMS']),
    type: v.optional(v.picklist(['PRIMARY', 'WORK', 'WORK2', 'WORK3', 'WORK4', 'HOME', 'MOBILE', 'MAIN', 'OTHER'])),
    /** A phone number or mail address as given; nothing is sent there. */
    address: v.optional(v.pipe(text(255), v.minLength(1))),
    extension: v.optional(v.pipe(text(255), v.minLength(1))),
    countryCode: v.optional(text(255)),
  }),
  v.check(({ address, extension }) => Boolean(address ?? extension), 'must have an address or an extension'),
);
export type ContactAddress = v.InferOutput<typeof ContactAddress>;

export const Contact = group({
  /** At most 20. The primary ones are derived on read. */
  addresses: v.optional(v.pipe(v.array(ContactAddress), v.maxLength(20))),
  /** `countryCode` is a country or a dialling code of at most 2 characters. Source: the Outreach seed. */
  phone: v.optional(group({ countryCode: v.optional(text(2)), number: v.optional(text(255)) })),
  jabberId: v.optional(text(255)),
});
export type Contact = v.InferOutput<typeof Contact>;

export const ContactPatch = patchOf(Contact);
export type ContactPatch = v.InferOutput<typeof ContactPatch>;
