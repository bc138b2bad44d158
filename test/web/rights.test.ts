import { expect, it } from 'vitest';
import { mayDo, ROLES } from '../../src/domain/access.ts';
import { may, OFFERED, type Offered } from '../../src/web/rights.ts';

it.each(Object.keys(OFFERED) as Offered[])('%s is offered to those who may do it, and to nobody else', (action) => {
  expect(ROLES.filter((role) => may([role], action))).toEqual(ROLES.filter((role) => mayDo(role, action)));
});
