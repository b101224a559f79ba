import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attentionRoles } from '../../src/analysis/attention-roles.ts';
import { synapticInputSites } from '../../src/analysis/spike-sites.ts';
import { convert } from '../../src/conversion/convert.ts';
import { ecmtRatio, operatorActivities } from '../../src/energy/ecmt-ratio.ts';
import { operatorCosts } from '../../src/energy/operator-costs.ts';
import { siteCarrying } from '../../src/energy/site-carrying.ts';
import { evaluateSource } from '../../src/engines/evaluate-source.fixture.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { readOnnx } from '../../src/files/read-onnx.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import type { Model } from '../../src/graph/model.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { levelCounts } from '../../src/metrics/level-counts.fixture.ts';
import { type Site, sitesOf } from '../../src/spiking/neuron-node.ts';
import { toSourceForm } from '../../src/spiking/spiking-form.ts';
import { hasShared, shared } from './shared-folder.ts';

const steps = 8;
const golden = (name: string) => shared('golden', 'ecmt-vit-depth2', name);
const json = (name: string) => JSON.parse(readFileSync(golden(name), 'utf8'));

interface Entry {
  name: string;
  place: string;
  scale_p: number;
  scale_n: number;
}

async function images(): Promise<FloatTensor> {
  const array = await readNpy(golden('images.npy'));
  return { shape: array.shape, data: npyToFloat32(array) };
}

async function calibrationBatches(): Promise<FloatTensor[]> {
  const array = await readNpy(golden('calib_images.npy'));
  const data = npyToFloat32(array);
  const size = data.length / array.shape[0]!;
  return Array.from({ length: array.shape[0]! }, (_, i) => ({
    shape: array.shape.slice(1),
    data: data.subarray(i * size, (i + 1) * size),
  }));
}

/** The entry of the reference for each site. */
function entriesBySite(model: Model, entries: readonly Entry[]): Map<string, Entry> {
  const roles = attentionRoles(synapticInputSites(model.graph));
  return new Map(
    [...roles].map(([site, { block, place }]) => [
      site,
      entries.find((each) => each.name.startsWith(`blocks.${block}.`) && each.place === place)!,
    ]),
  );
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}

async function runningMeans(name: string): Promise<number[]> {
  const { data } = await readNpy(golden(name));
  const perStep = data.length / steps;
  return Array.from(data as Float64Array, (sum, i) => sum / (Math.floor(i / perStep) + 1));
}

async function importThresholds(model: Model, thresholds: unknown): Promise<Model> {
  const options = {
    method: ecmt,
    preset: 'reference',
    steps,
    thresholds: { json: thresholds, where: 'golden' },
  };
  return (await convert(model, options)).model;
}

const exported = ['timm_opset14', 'timm_opset17', 'ref_opset14', 'ref_opset17'];

describe.skipIf(!hasShared('golden', 'ecmt-vit-depth2')).each(exported)(
  'ECMT on the golden ViT, %s',
  (name) => {
    const open = () => readOnnx(golden(`${name}.onnx`));

    it('calibrates the thresholds of the reference within 1e-5', async () => {
      const source = await open();
      const batches = await calibrationBatches();
      const { model, record } = await convert(source, {
        method: ecmt,
        preset: 'reference',
        steps,
        calibration: () => batches,
      });
      expect(record.parityDeviation).toBeLessThanOrEqual(1e-4);
      const entries = entriesBySite(source, json('thresholds.json'));
      expect(sitesOf(model)).toHaveLength(16);
      for (const { name: site, parameters } of sitesOf(model)) {
        const { scale_p, scale_n } = entries.get(site)!;
        expect(Math.abs(parameters.thresholdPositive!.toNumbers()[0]! / scale_p - 1)).toBeLessThan(1e-5);
        expect(Math.abs(parameters.thresholdNegative!.toNumbers()[0]! / scale_n - 1)).toBeLessThan(1e-5);
      }
    });

    it('gives the source logits in float64 within 1e-12', async () => {
      const { data } = await readNpy(golden('ann_logits_f64.npy'));
      expect(
        largestDifference(evaluateSource(await open(), await images()).data, data as Float64Array),
      ).toBeLessThan(1e-12);
    });

    it.each([
      ['plain', 'thresholds.json', 'snn_cumlogits_f64.npy', 'snn_f64.json'],
      ['fine', 'snn_fine_f64.json', 'snn_cumlogits_fine_f64.npy', 'snn_fine_f64.json'],
    ])('equals the reference in float64: %s thresholds', async (_, thresholdFile, logitFile, countFile) => {
      const source = await open();
      const file = json(thresholdFile);
      const spiking = await importThresholds(source, file.thresholds ?? file);
      const sites = sitesOf(spiking);
      const engine = createOracleEngine(
        planRun(spiking, { steps, statistics: true, keep: sites.map((site) => site.spikes) }),
      );
      const { logits, values, activity } = await engine.run(await images());
      expect(largestDifference(logits.data, await runningMeans(logitFile))).toBeLessThan(1e-9);

      const reference = json(countFile);
      const entries = entriesBySite(source, reference.thresholds);
      for (const site of sites) {
        const counts = levelCounts(site, values.get(site.spikes)!, steps);
        expect(counts, site.name).toEqual(reference.spike_counts[entries.get(site.name)!.name]);
      }
      const costs = await operatorCosts(toSourceForm(spiking));
      const activities = operatorActivities(costs, activity!, siteCarrying(sitesOf(spiking)), 8);
      const exact: Record<string, number[][]> = reference.sop_exact;
      const total = (rows: number[][]) => rows.map((row) => row.slice(0, -1).reduce((a, b) => a + b, 0));
      expect(activities.map(({ operations }) => operations).sort(bySize)).toEqual(
        Object.values(exact).map(total).sort(bySize),
      );
      expect(largestDifference(ecmtRatio(activities), reference.energy_cum)).toBeLessThan(1e-12);
    });

    it('gives at least 99.9 % of the same spikes in float32, and logits within 1e-3', async () => {
      const spiking = await importThresholds(await open(), json('thresholds.json'));
      const sites = sitesOf(spiking);
      const plan = planRun(spiking, { steps, keep: sites.map((site) => site.spikes) });
      const fast = await (await createInGraphEngine(plan)).run(await images());
      const exact = await createOracleEngine(plan).run(await images());
      expect(largestDifference(fast.logits.data, await runningMeans('snn_cumlogits_f32.npy'))).toBeLessThan(
        1e-3,
      );
      const [equal, all] = countEqualSpikes(sites, fast.values, exact.values);
      expect(equal / all).toBeGreaterThanOrEqual(0.999);
    });
  },
);

function bySize(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function countEqualSpikes(
  sites: readonly Site[],
  a: ReadonlyMap<string, FloatTensor>,
  b: ReadonlyMap<string, FloatTensor>,
): [equal: number, all: number] {
  let equal = 0;
  let all = 0;
  for (const { spikes } of sites) {
    const [x, y] = [a.get(spikes)!.data, b.get(spikes)!.data];
    all += x.length;
    for (let i = 0; i < x.length; i++) if (Math.abs(x[i]! - y[i]!) <= 1e-5 * Math.abs(y[i]!)) equal++;
  }
  return [equal, all];
}
