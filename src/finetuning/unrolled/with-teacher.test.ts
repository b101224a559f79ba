import { expect, it } from 'vitest';
import { activationSites } from '../../analysis/activation-sites.ts';
import { drawInputs } from '../../differentiation/central-differences.fixture.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { unrollSpiking } from './unroll-spiking.ts';
import { withTeacher } from './with-teacher.ts';

/** relu(relu(x·w1)·w2)·w3 */
function source(): Model {
  const graph = new Graph('net');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 2] });
  const build = new GraphBuilder(graph);
  let value = 'x';
  for (const [i, weights] of [
    [0.9, -0.4, 0.3, 0.8],
    [0.5, 0.2, -0.6, 0.7],
    [1, -1, 0.5, 0.25],
  ].entries()) {
    graph.setInitializer(`w${i}`, Tensor.float32([2, 2], weights));
    const last = i === 2 ? { name: 'logits' } : {};
    value = build.op('MatMul', [value, `w${i}`], {}, last);
    if (i < 2) value = build.op('Relu', [value]);
  }
  return new Model(graph, 17);
}

function spiking(): Model {
  const network = source();
  const attributes = integrateAndFire.attributes.parse({});
  const parameters = { threshold: 0.4, initialPotential: 0.2, amplitude: 0.4 };
  const spec = { neuron: integrateAndFire, attributes, parameters };
  return toSpikingForm(
    network,
    activationSites(network.graph).map((site) => ({ ...site, ...spec })),
    2,
  );
}

const x = drawInputs([{ shape: [3, 2], low: -0.5, high: 1.5 }], 7).get('x0')!;

it('the teacher gives what the source network gives, and the penalty is the mean relative squared error of the sites', () => {
  const network = spiking();
  const { model, sites } = unrollSpiking(network, { steps: 2, batchSize: 3 });
  const { logits, penalty } = withTeacher(model, sites, network, 0.5);
  const decoded = [...sites.values()].map((site) => site.decoded.at(-1)!);
  const carried = model.graph.nodes.filter(({ opType, name }) => opType === 'Relu' && /^source/.test(name));
  expect(carried).toHaveLength(2);
  const outputs = carried.map((each) => each.outputs[0]!);
  const keep = new Set([logits, penalty!, ...decoded, ...outputs]);
  const values = evaluateModel(model, { x }, { keep });
  expect([...values.get(logits)!.data]).toEqual([...evaluateModel(source(), { x }).get('logits')!.data]);
  const errors = decoded.map((name, i) => {
    const [made, right] = [values.get(name)!.data, values.get(outputs[i]!)!.data];
    const squares = (of: ArrayLike<number>) => Array.from(of).reduce((sum, value) => sum + value * value, 0);
    return squares(Array.from(made, (value, j) => value - right[j]!)) / squares(right);
  });
  expect(values.get(penalty!)!.data[0]).toBeCloseTo((0.5 * (errors[0]! + errors[1]!)) / 2, 6);
});

it('without a weight the sites are not compared', () => {
  const network = spiking();
  const { model, sites } = unrollSpiking(network, { steps: 2, batchSize: 3 });
  expect(withTeacher(model, sites, network, 0)).toEqual({ logits: 'source/logits' });
});
