import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemas, schemaFolder } from '../scripts/json-schemas.ts';
import { makeRun } from '../src/report/evaluation-run.fixture.ts';
import { labelRun } from '../src/runs/label-run.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await makeRun({ steps: 1, images: 8 }));
  await labelRun(folder, { name: 'baseline', tags: ['paper'] });
}, 60_000);
afterAll(() => remove());

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** A validator made from a shipped schema alone. */
const validator = (name: string) => z.fromJSONSchema(json(join(schemaFolder, `${name}.schema.json`)));

describe('the JSON Schemas that are shipped', () => {
  it('are those of the code; `npm run docs` writes them', () => {
    const texts = jsonSchemas();
    expect(readdirSync(schemaFolder).map((name) => `${schemaFolder}/${name}`)).toEqual(
      [...texts.keys()].sort(),
    );
    for (const [path, text] of texts) expect([path, readFileSync(path, 'utf8')]).toEqual([path, text]);
  });

  it.each([
    ['run', 'run.json'],
    ['evaluation', 'result.json'],
    ['traces', 'traces.json'],
    ['environment', 'environment.json'],
    ['label', 'label.json'],
  ])('%s takes what a run writes, and nothing damaged', (name, file) => {
    const schema = validator(name);
    const value = json(join(folder, file));
    expect(schema.safeParse(value).error).toBeUndefined();
    expect(schema.safeParse([value]).success).toBe(false);
    if (name === 'evaluation') expect(schema.safeParse({ ...value, images: 1.5 }).success).toBe(false);
  });

  it('take lines of batches', () => {
    const [line = ''] = readFileSync(join(folder, 'batches.jsonl'), 'utf8').split('\n');
    expect(validator('batch').safeParse(JSON.parse(line)).error).toBeUndefined();
    expect(validator('batch').safeParse({ predictions: 1 }).success).toBe(false);
  });
});
