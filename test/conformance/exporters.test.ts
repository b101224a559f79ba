import { describe, expect, it } from 'vitest';
import {
  convertedPerceptron,
  perceptronInputs,
  smallPerceptron,
} from '../../src/conformance/small-perceptron.ts';
import type { AnyNeuron } from '../../src/dynamics/define-neuron.ts';
import { exporters } from '../../src/exporters/exporters.ts';
import type { Model } from '../../src/graph/model.ts';
import { ecc } from '../../src/methods/ecc.ts';
import { currentBased } from '../../src/neurons/current-based.ts';
import { neurons } from '../../src/neurons/neurons.ts';
import { readersOf, setSteps, sitesOf } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';

/** Steps that all neurons take, those that say a number in binary among them. */
const steps = 4;

/** A perceptron whose ReLUs are these neurons, with the ranges that a conversion keeps. */
async function perceptronOf(neuron: AnyNeuron): Promise<Model> {
  const { model: converted } = await convertedPerceptron(ecc, 'percentile', steps);
  const source = smallPerceptron();
  const { graph } = source;
  // Neurons that are set to a value have no form but the unrolled one.
  const attributes = neuron.attributes.parse(
    neuron === (currentBased as AnyNeuron) ? { reset: 'subtract' } : {},
  );
  const plain = neuron.thresholds?.toParameters(2, 2) ?? {};
  const parameters = 'leak' in plain ? { ...plain, leak: 0.9 } : plain;
  const relus = graph.nodes.filter(({ opType }) => opType === 'Relu');
  const names = sitesOf(converted).map(({ name }) => name);
  const placed = relus.map((relu, i) => {
    const [value = '', output = ''] = [relu.inputs[0], relu.outputs[0]];
    const stands = (neuron.standsFor?.(attributes) ?? { kind: 'identity' }).kind !== 'identity';
    const place = { name: names[i] ?? '', value: stands ? value : output, readers: readersOf(graph, output) };
    return { ...place, neuron, attributes, parameters };
  });
  const spiking = toSpikingForm(source, placed, steps);
  setSteps(spiking, steps);
  const ranges = converted.metadata.get('transpike.quantisers');
  if (ranges) spiking.metadata.set('transpike.quantisers', ranges);
  return spiking;
}

const goldenInput = perceptronInputs(2, 3);

describe.each(neurons.map((neuron) => [neuron.name, neuron] as const))('neurons %s', (_, neuron) => {
  const model = perceptronOf(neuron);

  it.each(exporters.map((exporter) => [exporter.name, exporter] as const))(
    'are taken by %s as its table says, or refused by one line that says which exporter does',
    async (name, exporter) => {
      const settings = exporter.settings?.includes('goldenInput') ? { goldenInput } : {};
      const made = exporter.make(await model, settings);
      if (exporter.neurons?.includes(neuron) !== false) {
        await expect(made).resolves.toBeDefined();
        return;
      }
      const message = await made.then(
        () => 'not refused',
        ({ message }: Error) => message,
      );
      const [first = ''] = message.split('\n');
      expect(first).toMatch(new RegExp(`^(${name}|whole numbers): `));
      const named = exporters.filter((each) => first.includes(`export it as ${each.name}`));
      expect(named.map((each) => each.neurons?.includes(neuron) ?? true)).toEqual([true]);
    },
  );
});

it('every exporter is known to some neuron', () => {
  for (const { neurons: taken = neurons } of exporters) expect(taken.length).toBeGreaterThan(0);
});
