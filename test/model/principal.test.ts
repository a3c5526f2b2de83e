// What the built-in roles may do, and that nobody grants more than they hold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BuiltInRole,
  isAdmin,
  isElevated,
  mayGrant,
  PERMISSIONS,
  permissionsOf,
} from '../../shared/model/principal.ts';

fc.configureGlobal({ seed: 20260101 });

const roles = fc.subarray([...BuiltInRole.options]);
const held = fc.subarray([...PERMISSIONS]);

describe('roles', () => {
  it('give an owner everything, an admin everything but owners, a member and a viewer reading only', () => {
    expect(permissionsOf(['owner'])).toEqual([...PERMISSIONS]);
    expect(permissionsOf(['admin'])).toEqual(PERMISSIONS.filter((permission) => permission !== 'owners:write'));
    expect(permissionsOf(['member'])).toEqual(['users:read', 'orgs:read']);
    expect(permissionsOf(['viewer'])).toEqual(['users:read', 'orgs:read', 'events:read']);
    expect(permissionsOf([])).toEqual([]);
  });

  it('together give what each gives', () => {
    fc.assert(
      fc.property(roles, roles, (a, b) => {
        const both = permissionsOf([...a, ...b]);
        expect(both).toEqual(PERMISSIONS.filter((p) => permissionsOf(a).includes(p) || permissionsOf(b).includes(p)));
      }),
    );
  });

  it('govern an org when they hold owner or admin', () => {
    expect(BuiltInRole.options.map((role) => isAdmin([role]))).toEqual([true, true, false, false]);
    expect(isAdmin(['viewer', 'admin'])).toBe(true);
  });
});

describe('granting', () => {
  it('never gives away a permission beyond reading that the granter lacks', () => {
    fc.assert(
      fc.property(held, roles, (own, granted) => {
        const beyond = permissionsOf(granted).filter(
          (p) => !own.includes(p) && !['users:read', 'orgs:read'].includes(p),
        );
        expect(mayGrant(own, granted)).toBe(beyond.length === 0);
      }),
    );
  });

  it('is for each role what the role itself holds', () => {
    const grid = BuiltInRole.options.map((by) =>
      BuiltInRole.options.filter((role) => mayGrant(permissionsOf([by]), [role])),
    );
    expect(grid).toEqual([
      ['owner', 'admin', 'member', 'viewer'],
      ['admin', 'member', 'viewer'],
      ['member'],
      ['member', 'viewer'],
    ]);
  });

  it('of anything beyond what a member may do counts as elevated', () => {
    expect(BuiltInRole.options.filter((role) => isElevated([role]))).toEqual(['owner', 'admin', 'viewer']);
  });
});
