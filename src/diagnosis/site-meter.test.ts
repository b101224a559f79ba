import { describe, expect, it } from 'vitest';
import type { Placement } from '../analysis/placement.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { neurons } from '../neurons/neurons.ts';
import type { SiteDiagnosis } from '../results/diagnosis-result.ts';
import type { NeuronSpec } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { adviceFor } from './advice-for.ts';
import { diagnoseModel } from './diagnose-model.ts';
import { findingsOf } from './findings.ts';
import { membranePotential } from './membrane-potential.ts';
import { ValueHistogram } from './value-histogram.ts';

const twoLevels: NeuronSpec = {
  neuron: multiThreshold,
  attributes: { levels: 2 },
  parameters: { thresholdPositive: 1, thresholdNegative: 1, deadZone: 0.5 },
};

/** Numbers [N, 4] that reach one site of two levels, 1 and 2, whose neurons feed a weight matrix. */
function oneSite(spec: NeuronSpec = twoLevels): Model {
  const graph = new Graph('one-site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  graph.addInitializer('w', Tensor.float32([4, 2], new Float32Array(8).fill(1)));
  graph.append(
    node('Identity', ['x'], ['carried']),
    node('MatMul', ['carried', 'w'], ['y'], {}, { name: 'y' }),
  );
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
  return toSpikingForm(new Model(graph, 17), [{ ...place, ...spec }], 2);
}

describe('the diagnosis of one site', () => {
  it('follows from the numbers by hand', async () => {
    // Of levels ±1 and ±2 two steps carry 3 as (2 + 2)/2, 1.5 as (2 + 1)/2, 0.1 not at all, and -1 exactly.
    const images = { shape: [1, 4], data: Float32Array.of(3, 1.5, 0.1, -1) };
    const { diagnosis } = await diagnoseModel(oneSite(), images, 2, { alone: true });
    const [site] = diagnosis.sites;
    const power = 9 + 2.25 + 0.01 + 1;
    const error = Math.sqrt((1 + 0.01) / power);
    expect(site).toMatchObject({ name: 'site', neuron: 'multi-threshold', saturated: 0.25, dead: 0.25 });
    expect(site!.error.total).toBeCloseTo(error, 6);
    expect(site!.error.own).toBeCloseTo(error, 6);
    expect(site!.error.inherited).toBe(0);
    expect(site!.silentSignal).toBeCloseTo(0.01 / power, 6);
    // Both logits are the sum 3.6; the decoded values sum to 2.5.
    expect(site!.logitError).toBeCloseTo(1.1 / 3.6, 6);
    expect(diagnosis.findings.map(({ kind }) => kind)).toEqual(['own-error', 'saturated']);
    expect(diagnosis.findings[0]!.text).toBe(
      "'site' itself loses 29 % of its signal at T = 2 (alone, it moves the logits by 31 % of their size). What may help: more steps (T = 4) or tuning, which spends spikes where they count.",
    );
  });

  it('names channels that dwarf the others', async () => {
    const images = { shape: [2, 4], data: Float32Array.of(1, -1, 1, 40, 1, 1, -1, -24) };
    const { diagnosis } = await diagnoseModel(oneSite(), images, 1);
    const { channels, count, largest } = diagnosis.sites[0]!.outliers!;
    expect({ channels, count }).toEqual({ channels: 4, count: 1 });
    expect(largest[0]!.channel).toBe(3);
    expect(largest[0]!.ratio).toBeCloseTo(Math.sqrt((40 ** 2 + 24 ** 2) / 2), 5);
    expect(diagnosis.findings.find(({ kind }) => kind === 'outliers')!.text).toContain(
      "At 'site' channel 3 is 33 times as large as the median channel.",
    );
  });

  it('says so when there is nothing to mend', async () => {
    const images = { shape: [1, 4], data: Float32Array.of(1, 2, -1, -2) };
    const { diagnosis } = await diagnoseModel(oneSite(), images, 1);
    expect(diagnosis.findings).toEqual([
      {
        kind: 'none',
        sites: [],
        text: 'No site loses more than 10 % of its signal, saturates, or leaves a notable part of it to silent neurons.',
      },
    ]);
    expect(findingsOf([], adviceFor(undefined, 1)).map(({ kind }) => kind)).toEqual(['none']);
  });
});

it.each(neurons.map((neuron) => [neuron.name, neuron] as const))(
  'looks at neurons of kind %s',
  async (_, neuron) => {
    const parameters = Object.fromEntries(neuron.parameters.map((name) => [name, 0.5]));
    const model = oneSite({ neuron, attributes: neuron.attributes.parse({}), parameters });
    const images = { shape: [2, 4], data: Float32Array.of(0.5, 1, 0.1, 0, 2, 0.5, 1, 0.3) };
    const { diagnosis, traces } = await diagnoseModel(model, images, 3, { alone: true });
    const { error, saturated, dead, logitError } = diagnosis.sites[0]!;
    // Everything is the site's own doing, and none of it hangs on what cannot be measured.
    expect(error.inherited).toBeCloseTo(0, 6);
    expect(error.total).toBeCloseTo(error.own, 6);
    for (const share of [saturated, dead]) expect(share >= 0 && share <= 1).toBe(true);
    expect(Number.isFinite(logitError)).toBe(true);
    expect(traces.sites[0]!.spikes.flat().every(Number.isInteger)).toBe(true);
  },
);

describe('membrane potentials', () => {
  it('are what a neuron compares with its thresholds, whichever way its spikes are decoded', () => {
    expect(membranePotential('rate', 3, 0.5, 0.4)).toBeCloseTo(0.7, 12);
    expect(membranePotential('differential', 3, 0.5, 0.4)).toBeCloseTo(0.1, 12);
    expect(membranePotential('instant', 3, 0.5, 0.4)).toBe(0.5);
  });

  it('are gathered in bins that hold exactly the values between their edges', () => {
    const histogram = new ValueHistogram(0.5);
    const values = [-7, -0.3, 0, 0, 0.2, 0.4, 11];
    for (const value of values) histogram.add(value);
    const { edges, shares } = histogram.result();
    for (const [i, share] of shares.entries()) {
      const inside = values.filter((value) => value >= edges[i]! && value < edges[i + 1]!).length;
      expect(share).toBeCloseTo(inside / values.length, 4);
    }
    expect(new ValueHistogram(1).result()).toEqual({ edges: [0], shares: [] });
  });
});

describe('findings', () => {
  const site = (name: string, facts: Partial<SiteDiagnosis> = {}): SiteDiagnosis => ({
    name,
    neuron: 'multi-threshold',
    error: { total: 0.05, own: 0.05, inherited: 0 },
    saturated: 0,
    dead: 0,
    silentSignal: 0,
    outliers: null,
    ...facts,
  });
  const textsOf = (...sites: SiteDiagnosis[]) =>
    findingsOf(sites, adviceFor(undefined, 2)).map(({ text }) => text);

  it('say which sites have not started, and nothing else about them', () => {
    const mute = { error: { total: 1, own: 1, inherited: 0 }, saturated: 1, dead: 1, silentSignal: 1 };
    expect(textsOf(site('a', mute), site('b', mute), site('c'))).toEqual([
      "No neuron at 'a' can fire within 2 steps, and so at 1 more site. What may help: more steps (T = 4).",
    ]);
  });

  it('say where silence costs signal, and where it does not', () => {
    const [lost] = textsOf(
      site('a', { silentSignal: 0.2, dead: 0.95, error: { total: 0.4, own: 0.4, inherited: 0 } }),
    ).slice(1);
    expect(lost).toMatch(/^At 'a' neurons that never fire hold 20 % of the squared signal\./);
    expect(textsOf(site('b', { dead: 0.95 }))).toEqual([
      "95 % of the neurons at 'b' spiked on none of these images. That is harmless, since the site loses only 5.0 % by itself, and it saves energy.",
    ]);
  });

  it('say when the last site suffers from others', () => {
    expect(textsOf(site('a'), site('b', { error: { total: 0.5, own: 0.05, inherited: 0.49 } }))).toEqual([
      "The last site, 'b', is 50 % off, mostly with errors of earlier sites (49 % inherited, 5.0 % its own). Mend the earliest sites with a large error of their own first.",
    ]);
  });
});
