import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { findObstacles } from '../../src/conversion/find-obstacles.ts';
import { engines } from '../../src/engines/engines.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { largestDifference } from '../../src/engines/segmented/compare-runs.fixture.ts';
import { joinSamples } from '../../src/graph/input-batch.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { sampleShapes } from '../../src/sessions/input-lengths.ts';
import { withKnownLengths } from '../../src/sessions/known-lengths.ts';
import { sampleInputs } from '../../src/sessions/sample-inputs.ts';
import { hasShared, shared } from './shared-folder.ts';

/** Networks with inputs of all types and ranks, several inputs or several outputs. */
const cases = {
  files: [
    'twoin',
    'scalar_input',
    'embed_text',
    'textcnn',
    'bert_ids',
    'int_flag_input',
    'uint8_input',
    'double_input',
    'fp16_io',
  ],
  threads: ['c06b-two-outputs', 'c09-tokens', 'c10-tokens-and-mask'],
};
const paths = Object.entries(cases).flatMap(([folder, names]) =>
  names.map((name) => [name, ['cases', folder, `${name}.onnx`]] as const),
);

describe.runIf(hasShared('cases'))('networks with any inputs and outputs', () => {
  it.each(paths)('%s converts and runs on every engine as the reference does', async (_, path) => {
    const { model: source } = await openNetwork(shared(...path));
    expect(findObstacles(source)).toEqual([]);
    const shapes = sampleShapes(await withKnownLengths(source));
    const samples = (first: number) =>
      joinSamples([0, 1, 2].map((i) => sampleInputs(source.graph, shapes, first + i)));
    const { model } = await convert(source, { method: ecmt, steps: 3, calibration: () => [samples(7)] });
    const plan = planRun(model);
    const input = samples(0);
    const exact = await createOracleEngine(plan).run(input);
    expect([...exact.outputs.keys()]).toEqual(source.graph.outputs.map(({ name }) => name));
    for (const start of Object.values(engines)) {
      const engine = await start(plan, {});
      const run = await engine.run(input).finally(() => engine.close());
      for (const [name, output] of exact.outputs) {
        expect(run.outputs.get(name)?.shape).toEqual(output.shape);
        expect(largestDifference(run.outputs.get(name) ?? output, output)).toBeLessThan(1e-4);
      }
    }
  });
});
