import { z } from 'zod';
import { manifestSchema } from '../src/exporters/manifest/manifest-schema.ts';
import { chipLimitsSchema } from '../src/hardware/limits/chip-limits.ts';
import { batchSchema } from '../src/results/batch-record.ts';
import { comparisonSchema } from '../src/results/comparison-result.ts';
import { environmentSchema } from '../src/results/environment.ts';
import { evaluationSchema } from '../src/results/evaluation-result.ts';
import { frontierSchema } from '../src/results/frontier.ts';
import { runLabelSchema } from '../src/results/run-label.ts';
import { runSettingsSchema } from '../src/results/run-settings.ts';
import { tracesSchema } from '../src/results/traces.ts';
import { tuningEntrySchema } from '../src/results/tuning-entry.ts';

/** Grows when a file that was valid no longer is. */
const version = 1;

/** Folder of the schemas of this version. */
export const schemaFolder = `schemas/v${version}`;

const schemas: Readonly<Record<string, readonly [title: string, schema: z.ZodType]>> = {
  run: ['run.json: settings of a run', runSettingsSchema],
  batch: ['A line of batches.jsonl, without its checksum', batchSchema],
  evaluation: ['result.json of an evaluation', evaluationSchema],
  comparison: ['result.json of a comparison', comparisonSchema],
  traces: ['traces.json', tracesSchema],
  environment: ['environment.json', environmentSchema],
  label: ['label.json', runLabelSchema],
  tuning: ['A line of tuning.jsonl, without its checksum', tuningEntrySchema],
  chip: ['A file that describes what a chip has room for', chipLimitsSchema],
  network: ['network.json of a network that is handed on', manifestSchema],
  frontier: ['frontier.json of a tuning', frontierSchema],
};

/** JSON Schemas (draft 2020-12) of the files in a run folder, as text, by path. They take files of earlier versions, too. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(schemas).map(([name, [title, schema]]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      const document = { $schema, $id: `urn:transpike:v${version}:${name}`, title, ...rest };
      return [`${schemaFolder}/${name}.schema.json`, `${JSON.stringify(document, null, 2)}\n`];
    }),
  );
}
