import { expect, test } from 'vitest';
import { differencesOf, queueNameOf, workIdentity } from './work-identity.ts';

test('who differs in anything that decides about numbers has another queue, and both are named', async () => {
  const own = await workIdentity();
  const other = { ...own, transpike: '9.9.9', extensions: ['leaky 1.0.0 abc'] };
  expect(differencesOf(own, { ...own })).toBe('');
  expect(queueNameOf({ ...own })).toBe(queueNameOf(own));
  expect(differencesOf(own, other)).toBe(
    `transpike ${own.transpike} and 9.9.9, extensions none and leaky 1.0.0 abc`,
  );
  const changed = (Object.keys(own) as (keyof typeof own)[]).map((part) =>
    queueNameOf({ ...own, [part]: part === 'extensions' ? ['x'] : 'x' }),
  );
  expect(new Set([...changed, queueNameOf(own)]).size).toBe(changed.length + 1);
});
