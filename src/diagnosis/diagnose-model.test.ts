import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnImages, residualCnn } from '../../test/conformance/residual-cnn.fixture.ts';
import { randomNumbers, saveCheckpoint, tiny, tinyWeights } from '../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../conversion/convert.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { ecmt } from '../methods/ecmt.ts';
import { methodNamed } from '../methods/methods.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
import { measureConversionErrors } from './conversion-errors.ts';
import { diagnoseModel } from './diagnose-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = [3, 3, tiny.height, tiny.width];
const images = { shape, data: randomNumbers(3 * 3 * tiny.height * tiny.width, 11) };
const steps = 3;

let source: Model;
let spiking: Model;
beforeAll(async () => {
  source = (await openCheckpoint(await saveCheckpoint(folder, tinyWeights()))).model;
  spiking = (await convert(source, { method: ecmt, steps: 2, calibration: () => [images] })).model;
});

/** ‖a − b‖ / ‖c‖ */
function distance(a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): number {
  const squares = (of: (i: number) => number) =>
    Array.from(c, (_, i) => of(i) ** 2).reduce((sum, value) => sum + value, 0);
  return Math.sqrt(squares((i) => a[i]! - b[i]!) / squares((i) => c[i]!));
}

async function sourceValues(model: Model, names: readonly string[]): Promise<Map<string, FloatTensor>> {
  const source = toSourceForm(model);
  source.graph.setOutputs([
    ...source.graph.outputs,
    ...names.map((name) => ({ name, dataType: undefined, shape: undefined })),
  ]);
  const session = await OrtSession.create(source);
  return session.run(images).finally(() => session.release());
}

describe('diagnoseModel', () => {
  it('measures at every site what a run in float64 shows', async () => {
    const { diagnosis, traces } = await diagnoseModel(spiking, images, steps);
    const sites = sitesOf(spiking);
    expect(diagnosis.sites.map(({ name }) => name)).toEqual(sites.map(({ name }) => name));
    const keep = sites.flatMap(({ value, decoded, spikes }) => [value, decoded, spikes]);
    const engine = createOracleEngine(planRun(spiking, { steps, keep }));
    const { values } = await engine.run(images);
    const sourced = await sourceValues(
      spiking,
      sites.map(({ carried }) => carried),
    );
    // The first block: in float32 and float64 a later spike may fall differently, which is no error of either.
    for (const [i, site] of sites.slice(0, 3).entries()) {
      const wanted = sourced.get(site.carried)!.data;
      const last = (name: string) => values.get(name)!.data.slice(-wanted.length);
      const { error, dead } = diagnosis.sites[i]!;
      expect(error.total).toBeCloseTo(distance(last(site.decoded), wanted, wanted), 4);
      expect(error.own).toBeCloseTo(distance(last(site.decoded), last(site.value), wanted), 4);
      expect(error.inherited).toBeCloseTo(distance(last(site.value), wanted, wanted), 4);
      const spikes = values.get(site.spikes)!.data;
      const neurons = wanted.length / 3;
      const alive = new Set(Array.from(spikes, (spike, k) => (spike === 0 ? -1 : k % neurons)));
      alive.delete(-1);
      expect(dead).toBeCloseTo(1 - alive.size / neurons, 12);

      const trace = traces.sites[i]!;
      const perStep = spikes.length / steps;
      for (const [t, row] of trace.spikes.entries()) {
        for (const [k, level] of row.entries()) {
          const spike = spikes[t * perStep + trace.neurons[k]!]!;
          const sign = Math.sign(level);
          const amplitudes = trace.levels
            .filter((each) => each * sign > 0)
            .map(Math.abs)
            .sort((a, b) => a - b);
          expect(sign * (amplitudes[Math.abs(level) - 1] ?? 0)).toBeCloseTo(spike, 5);
        }
      }
      for (const { shares, edges } of [trace.activations, trace.potentials!]) {
        expect(edges).toHaveLength(shares.length + 1);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
      }
    }
  });

  it('lets each site spike alone just as a network with neurons at that site only', async () => {
    const { diagnosis } = await diagnoseModel(spiking, images, steps, { alone: true });
    const right = (await sourceValues(spiking, [])).get(source.graph.outputs[0]!.name)!.data;
    for (const site of [sitesOf(spiking)[0]!, sitesOf(spiking)[5]!, sitesOf(spiking).at(-1)!]) {
      const only = toSpikingForm(source, [site], steps);
      const { logits } = await createOracleEngine(planRun(only)).run(images);
      const expected = distance(logits.data.slice(-right.length), right, right);
      expect(diagnosis.sites.find(({ name }) => name === site.name)!.logitError).toBeCloseTo(expected, 4);
    }
  });

  it('agrees with the conversion errors of rate-coded sites', async () => {
    const { model } = await convert(residualCnn(17), {
      method: methodNamed('rate'),
      preset: 'half-max',
      steps: 8,
      calibration: () => [cnnImages(32, 1)],
      batchSize: 32,
    });
    const few = cnnImages(4, 3);
    const { diagnosis, traces } = await diagnoseModel(model, few, 8);
    const causes = await measureConversionErrors(model, few, 8);
    for (const [i, cause] of causes.entries()) {
      const { name, error, saturated, outliers } = diagnosis.sites[i]!;
      expect(name).toBe(cause.site);
      expect(error.total ** 2).toBeCloseTo(cause.total, 4);
      expect(error.inherited ** 2).toBeCloseTo(cause.inherited, 4);
      // Clipping and saturation are two measures of the same values.
      expect(saturated > 0).toBe(cause.clipping > 0);
      expect(outliers!.channels).toBeGreaterThan(1);
    }
    expect(traces.sites[0]!.levels).toHaveLength(1);
    expect(diagnosis.findings.find(({ kind }) => kind === 'saturated')!.text).toMatch(
      /^At '.*' \d+(\.\d)? % of the values lie beyond what the neurons can emit, and so at 1 more site\. What may help: .*more calibration images, 256 for example/,
    );
  });
});
