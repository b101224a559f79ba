// Writes what pages say of methods, neurons, devices and so on, and JSON Schemas, as the code has them: npm run docs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { jsonSchemas, schemaFolder } from './json-schemas.ts';
import { pages } from './pages.ts';
import { withReference } from './reference-tables.ts';

for (const page of pages()) {
  const text = readFileSync(page, 'utf8');
  const current = withReference(text);
  if (current === text) continue;
  writeFileSync(page, current);
  console.log(`${page}: written again`);
}

mkdirSync(schemaFolder, { recursive: true });
for (const [path, text] of jsonSchemas()) writeFileSync(path, text);
