// Writes what pages say of methods, neurons, devices and so on, as the code has it: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { pages } from './pages.ts';
import { withReference } from './reference-tables.ts';

for (const page of pages()) {
  const text = readFileSync(page, 'utf8');
  const current = withReference(text);
  if (current === text) continue;
  writeFileSync(page, current);
  console.log(`${page}: written again`);
}
