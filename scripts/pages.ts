import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** All pages of the documentation, as paths from the root. */
export function pages(): string[] {
  const all = [
    ...readdirSync('.'),
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ];
  return all.filter((name) => name.endsWith('.md'));
}
