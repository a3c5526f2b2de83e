// The objects of the Engage Identity service and their members, as data: what is read strictly, what the WSDL says, what
// SOAP prints. Source: the Identity and Org pages of the Engage Service API guide (2016).

/** A member: its name, its type, and whether there may be many. */
export type Member = readonly [name: string, type: string, many?: 'many'];

export const SIMPLE = ['string', 'boolean', 'dateTime'] as const;
export type Simple = (typeof SIMPLE)[number];

/** `…Key` are the (K) forms: just what names an object. `id` of the two requests is ours: there they have no name. */
export const TYPES = {
  Attribute: [
    ['name', 'string'],
    ['value', 'string'],
  ],
  UserKey: [['externalId', 'string']],
  OrgKey: [
    ['internalId', 'string'],
    ['externalId', 'string'],
  ],
  RequestKey: [['id', 'string']],
  User: [
    ['externalId', 'string'],
    ['loginEnabled', 'boolean'],
    ['locale', 'string'],
    ['firstName', 'string'],
    ['lastName', 'string'],
    ['timeZone', 'string'],
    ['email', 'string'],
    ['roles', 'string', 'many'],
    ['defaultPhoneNumber', 'string'],
    ['preferences', 'Attribute', 'many'],
    ['attributes', 'Attribute', 'many'],
    ['createdDate', 'dateTime'],
    ['updatedDate', 'dateTime'],
    ['createdBy', 'UserKey'],
    ['modifiedBy', 'UserKey'],
  ],
  PasswordResetRequest: [
    ['id', 'string'],
    ['user', 'UserKey'],
    ['owner', 'OrgKey'],
    ['attributes', 'Attribute', 'many'],
    ['createdDate', 'dateTime'],
    ['updatedDate', 'dateTime'],
    ['createdBy', 'UserKey'],
    ['modifiedBy', 'UserKey'],
  ],
  ContactPointValidation: [
    ['id', 'string'],
    ['user', 'UserKey'],
    ['attributes', 'Attribute', 'many'],
    ['createdDate', 'dateTime'],
    ['updatedDate', 'dateTime'],
    ['createdBy', 'UserKey'],
    ['modifiedBy', 'UserKey'],
  ],
  Org: [
    ['internalId', 'string'],
    ['externalId', 'string'],
    ['parent', 'OrgKey'],
    ['type', 'string'],
    ['preferences', 'Attribute', 'many'],
    ['attributes', 'Attribute', 'many'],
    ['createdDate', 'dateTime'],
    ['updatedDate', 'dateTime'],
    ['createdBy', 'UserKey'],
    ['modifiedBy', 'UserKey'],
  ],
} as const satisfies Record<string, readonly Member[]>;
export type TypeName = keyof typeof TYPES;

export const membersOf = (type: string): readonly Member[] | undefined =>
  Object.hasOwn(TYPES, type) ? TYPES[type as TypeName] : undefined;
