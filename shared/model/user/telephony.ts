// How a person makes and takes calls: outbound, inbound, voicemail, agent registration, station, region, recording.
// Numbers to reach the person are in contact.ts. Numbers here are text as given: no system of the four normalises them.
import * as v from 'valibot';
import { UserId } from '../ids.ts';
import { dictionary, group, patchOf } from '../patch.ts';
import { Instant, text, WholeNumber } from '../text.ts';

const line = v.optional(text(255));
const flag = v.optional(v.boolean());

/** A phone or soft phone a person may sit at. Source: Genesys Cloud `UserStation`. */
export const Station = group({
  id: line,
  name: line,
  type: line,
  associatedUserId: v.optional(UserId),
  associatedAt: v.optional(Instant),
  defaultUserId: v.optional(UserId),
  /** What the station's provider says about it, at most 20 pairs. */
  providerInfo: v.optional(dictionary(v.pipe(text(128), v.minLength(1)), text(255), 20)),
  webRtcCallAppearances: v.optional(WholeNumber),
});
export type Station = v.InferOutput<typeof Station>;

/** Sources: the Outreach seed; `agent` the Identity seed; `station` the Genesys seed. */
export const Telephony = group({
  outbound: v.optional(
    group({
      bridgePhone: line,
      bridgePhoneExtension: line,
      /** Keep the bridge open between calls. */
      keepBridgeConnected: flag,
      phoneType: v.optional(v.picklist(['bridge', 'voip'])),
      /** Call from a number local to the one called. */
      localPresence: flag,
    }),
  ),
  inbound: v.optional(
    group({
      bridgePhone: line,
      bridgePhoneExtension: line,
      callBehavior: v.optional(v.picklist(['inbound_bridge', 'inbound_voicemail'])),
      phoneType: v.optional(v.picklist(['bridge', 'voip', 'bridge_and_voip'])),
    }),
  ),
  voicemail: v.optional(
    group({
      /** Read aloud to callers, at most 1,024 characters. */
      customText: v.optional(text(1024, { multiline: true })),
      textVoice: v.optional(v.picklist(['man', 'woman'])),
      promptType: v.optional(v.picklist(['automated', 'recorded', 'off'])),
    }),
  ),
  /** How an agent connects; the manual's list of methods is not public, so any word passes. */
  agent: v.optional(group({ registrationMethod: line, registrationPhone: line })),
  station: v.optional(
    group({
      associated: v.optional(Station),
      effective: v.optional(Station),
      default: v.optional(Station),
      lastAssociated: v.optional(Station),
    }),
  ),
  /** The voice provider's data centre. */
  voiceRegion: line,
  recordCalls: flag,
});
export type Telephony = v.InferOutput<typeof Telephony>;

export const TelephonyPatch = patchOf(Telephony);
export type TelephonyPatch = v.InferOutput<typeof TelephonyPatch>;
