// The five custom fields that an org fills as it likes. Free name/value pairs are in preferences.ts.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { text } from '../text.ts';

const field = v.optional(text(225, { multiline: true }));

/** 225 characters each: not a slip for 255, the Outreach seed says so. */
export const Custom = group({ custom1: field, custom2: field, custom3: field, custom4: field, custom5: field });
export type Custom = v.InferOutput<typeof Custom>;

export const CustomPatch = patchOf(Custom);
export type CustomPatch = v.InferOutput<typeof CustomPatch>;
