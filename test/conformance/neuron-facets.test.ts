import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SpikeSite } from '../../src/analysis/spike-sites.ts';
import { measureConversionErrors } from '../../src/diagnosis/conversion-errors.ts';
import { diagnoseModel } from '../../src/diagnosis/diagnose-model.ts';
import type { AnyNeuron, Parameters } from '../../src/dynamics/define-neuron.ts';
import { runNeuron } from '../../src/dynamics/run-neuron.ts';
import { thresholdsOf } from '../../src/dynamics/thresholds.ts';
import { readOnnx } from '../../src/files/read-onnx.ts';
import { writeOnnx } from '../../src/files/write-onnx.ts';
import { Graph } from '../../src/graph/graph.ts';
import { Model } from '../../src/graph/model.ts';
import { node } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { fittedPreset } from '../../src/methods/signed-sites.ts';
import { levelCounts } from '../../src/metrics/level-counts.fixture.ts';
import { neurons } from '../../src/neurons/neurons.ts';
import { bitWidths } from '../../src/quantisation/bit-widths.ts';
import { sitesOf } from '../../src/spiking/neuron-node.ts';
import { spikeAlphabet } from '../../src/spiking/spike-alphabet.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { renamedNeuron } from './renamed-neuron.fixture.ts';

const originals = neurons.map((neuron) => [neuron.name, neuron] as const);
const renamed = new Map(neurons.map((neuron) => [neuron, renamedNeuron(neuron)]));

/** The parameters of a neuron with thresholds; all the same for one without. */
function parametersOf(neuron: AnyNeuron): Parameters {
  return neuron.thresholds?.toParameters(0.25, 0.5) ?? {};
}

/** Spikes and decoded values over some means, hidden steps left out. */
function runOver(neuron: AnyNeuron, parameters: Parameters, visible: readonly number[]) {
  const attributes = neuron.attributes.parse({});
  const hidden = neuron.rehearsal?.steps(attributes) ?? 0;
  const means = Float64Array.from([...new Array<number>(hidden).fill(visible[0]!), ...visible]);
  const steps: { spike: number; decoded: number }[] = [];
  runNeuron(neuron, attributes, parameters, means, (_, spike, decoded) => steps.push({ spike, decoded }));
  return steps.slice(hidden);
}

describe.each(originals)('neuron %s', (_, neuron) => {
  it.runIf(neuron.thresholds)('has the thresholds it says, and makes all parameters from them', () => {
    const parameters = parametersOf(neuron);
    expect(Object.keys(parameters).toSorted()).toEqual(neuron.parameters.toSorted());
    const { positive, negative } = thresholdsOf(neuron, parameters);
    expect(positive).toBe(0.25);
    const oneForBoth = neuron.thresholds?.negative === neuron.thresholds?.positive;
    expect(negative).toBe(neuron.thresholds?.negative && (oneForBoth ? 0.25 : 0.5));
    const fallen = [1, 0.9, 0.1, -0.6, -3].map((mean) => runOver(neuron, parameters, [1, mean])[1]!.spike);
    expect(fallen.some((spike) => spike < 0)).toBe(negative !== undefined);
  });

  it.runIf(neuron.initialPotential)('starts from the potential it says', () => {
    const plain = parametersOf(neuron);
    const startOf = (own: Parameters) => neuron.initialPotential?.(own, neuron.attributes.parse({})) ?? 0;
    // What is 0 and decides where the potential starts; a current that is 0 stays so.
    const moved = Object.keys(plain).filter(
      (name) => plain[name] === 0 && startOf({ ...plain, [name]: 0.1 }) !== startOf(plain),
    );
    const parameters = { ...plain, ...Object.fromEntries(moved.map((name) => [name, 0.1])) };
    const start = startOf(parameters);
    const missing = thresholdsOf(neuron, parameters).positive! - start;
    // What is left of a hidden step shifts the potential of an offset-calibrating neuron.
    const visible = neuron.rehearsal
      ? { ...neuron, rehearsal: { ...neuron.rehearsal, steps: () => 0 } }
      : neuron;
    const first = (mean: number) => runOver(visible, parameters, [mean])[0]!.spike;
    expect(start).toBeGreaterThan(0);
    expect([first(missing - 1e-9) === 0, first(missing + 1e-9) > 0]).toEqual([true, true]);
  });
});

it.each(originals)('neuron %s keeps its attributes in a file', async (_, neuron) => {
  const folder = await mkdtemp(join(tmpdir(), 'transpike-facets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const model = networkOf(neuron);
  await writeOnnx(model, join(folder, 'x.snn.onnx'));
  const [kept] = sitesOf(await readOnnx(join(folder, 'x.snn.onnx')));
  expect(kept?.attributes).toEqual(sitesOf(model)[0]?.attributes);
  expect(kept?.attributes).toEqual(neuron.attributes.parse({}));
});

describe.each(originals)('a neuron like %s whose parameters have unusual names', (_, neuron) => {
  const twin = renamed.get(neuron)!;
  beforeAll(() => void (neurons as AnyNeuron[]).push(twin));
  afterAll(() => void (neurons as AnyNeuron[]).pop());

  it('has every feature of one with usual names', async () => {
    expect(await featuresOf(twin)).toEqual(await featuresOf(neuron));
  });

  it.runIf(neuron.thresholds)('is fitted to the same thresholds', () => {
    const fitted = (each: AnyNeuron) => {
      const preset = { summary: '', differences: [], attributes: each.attributes.parse({}) };
      const calibration = fittedPreset(each, preset).calibrate(site, 2);
      calibration.observe(
        Float32Array.from({ length: 200 }, (_each, i) => 2 * Math.sin(i)),
        [1, 200],
      );
      const { parameters, relativeError } = calibration.finish();
      return [...each.parameters.map((name) => parameters[name]), relativeError];
    };
    expect(fitted(twin)).toEqual(fitted(neuron));
  });
});

const site = {
  name: 'site',
  value: 'hidden',
  readers: [{ node: 'y', input: 0 }],
  follows: new Set<string>(),
  after: new Set<string>(),
  feeds: [],
} satisfies SpikeSite;

const images = { shape: [2, 4], data: Float32Array.of(0.5, 1, 0.1, 0, -2, 0.5, 1, 0.3) };

/** Two layers, with neurons of a kind between them. */
function networkOf(neuron: AnyNeuron): Model {
  const graph = new Graph('two-layers');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
  const weight = Tensor.float32(
    [4, 4],
    Array.from({ length: 16 }, (_, i) => Math.cos(3 * i)),
  );
  graph.setInitializer('w', weight);
  graph.append(node('MatMul', ['x', 'w'], ['hidden']), node('MatMul', ['hidden', 'w'], ['y']));
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 4] });
  const spec = { neuron, attributes: neuron.attributes.parse({}), parameters: parametersOf(neuron) };
  return toSpikingForm(new Model(graph, 17), [{ ...site, ...spec }], 3);
}

/** What other parts of the project find out about a network of these neurons; numbers to 4 digits. */
async function featuresOf(neuron: AnyNeuron) {
  const model = networkOf(neuron);
  const [made] = sitesOf(model);
  const { diagnosis, traces } = await diagnoseModel(model, images, 3, { alone: true });
  const emitted = runOver(neuron, parametersOf(neuron), [0.7, -0.2, 1.1]).map(({ spike }) => spike);
  return rounded({
    alphabet: spikeAlphabet(made!),
    bits: bitWidths([made!], 4),
    levels: levelCounts(made!, { shape: [3, 1], data: Float64Array.from(emitted) }, 3),
    diagnosis: diagnosis.sites.map((each) => ({ ...each, neuron: '' })),
    traces: traces.sites,
    conversionErrors: await measureConversionErrors(model, images, 3),
  });
}

function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each)),
  );
}
