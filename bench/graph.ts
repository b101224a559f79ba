// What editing and walking graphs costs: 100,000 operators built, verified, cut and printed, with a bound of 2 s in all; edits
// everywhere in such a graph; and what is done with Vision Transformers that become deeper and deeper, which should
// take twice as long for twice the depth. Seconds are processor time of all threads: other programs slow it down least.
//   npm run bench:graph -- [--operators 100000] [--depths 12,24,48]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  convert,
  cutGraph,
  differentiate,
  freezeShapes,
  Graph,
  GraphBuilder,
  Model,
  methodNamed,
  node,
  planRun,
  printGraph,
  quantisationPlacesOf,
  quantisedNetwork,
  readQuantisers,
  verifyModel,
  withoutTimeAxis,
} from '#internals';
import { openVit, randomImages, vit } from './networks.ts';

const { values: options } = parseArgs({
  options: {
    operators: { type: 'string', default: '100000' },
    depths: { type: 'string', default: '12,24,48' },
  },
});
const operators = Number(options.operators);
const depths = options.depths.split(',').filter(Boolean).map(Number);

/** Seconds by name of what was done. */
class Times {
  #seconds = new Map<string, number>();

  async take<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    this.#seconds.set(name, (user + system) / 1e6);
    return result;
  }

  get total() {
    return [...this.#seconds.values()].reduce((a, b) => a + b, 0);
  }

  toString() {
    return [...this.#seconds].map(([name, seconds]) => `${name} ${seconds.toFixed(2)} s`).join(', ');
  }
}

/** A network of this many operators in blocks of ten, each with three weights, a sum with the block before and a neuron. */
function build(count: number) {
  const graph = new Graph('large');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
  const builder = new GraphBuilder(graph);
  const kinds = ['MatMul', 'Add', 'Relu', 'Sqrt', 'Mul', 'Neg', 'Abs', 'Erf'];
  const weighted = new Set(['MatMul', 'Add', 'Mul']);
  let value = 'x';
  for (let i = 0; i < count; i += 10) {
    const before = value;
    for (const kind of kinds.slice(0, count - i)) {
      value = builder.op(kind, weighted.has(kind) ? [value, builder.scalar('weight', i)] : [value]);
    }
    if (count - i > 8) value = builder.op('Add', [value, before]);
    if (count - i > 9) value = builder.op('Neuron', [value], {}, { domain: 'transpike' });
  }
  graph.addOutput({ name: value, dataType: 'float32', shape: ['batch', 8] });
  const model = new Model(graph, 17);
  model.opsets.set('transpike', 1);
  model.functions.push({
    name: 'Neuron',
    domain: 'transpike',
    inputs: ['x'],
    outputs: ['y'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [node('Identity', ['x'], ['y'])],
    opsets: new Map([['', 17]]),
    doc: '',
  });
  return model;
}

/** Edits at a thousand places, each with a look at what it did. */
function edit(graph: Graph) {
  const every = Math.max(1, Math.floor(graph.nodes.length / 1000));
  const places = graph.nodes.filter((_, i) => i % every === 0);
  for (const [i, place] of places.entries()) {
    const input = place.inputs[0]!;
    const copied = graph.freshName(`copied.${i}`);
    graph.insertBefore(place, node('Identity', [input], [copied]));
    graph.setInput(place, 0, copied);
    graph.replaceNode(place, { ...place, name: graph.freshName(place.name) });
    if (graph.consumersOf(copied).length !== 1) throw new Error(`'${copied}' has lost its reader`);
    graph.redirectConsumers(copied, input);
    graph.removeNode(graph.producerOf(copied)!);
  }
}

const large = new Times();
const model = await large.take('built', () => build(operators));
await large.take('verified', () => verifyModel(model, 'bench'));
await large.take('cut', () => cutGraph(model));
await large.take('printed', () => printGraph(model.graph));
console.log(`${operators} operators: ${large}; ${large.total.toFixed(2)} s in all, bound 2 s`);
const edits = new Times();
await edits.take('edited at 1,000 places', () => edit(model.graph));
console.log(`${operators} operators: ${edits}`);

const folder = mkdtempSync(join(tmpdir(), 'transpike-bench-'));
try {
  for (const depth of depths) await deep(depth);
} finally {
  rmSync(folder, { recursive: true });
}
if (large.total > 2) process.exitCode = 1;

async function deep(depth: number) {
  const times = new Times();
  const source = await openVit('deit-tiny', vit(48, 3, depth), join(folder, `vit-${depth}`));
  const { model: spiking } = await times.take('converted', () =>
    convert(source, {
      method: methodNamed('ecmt'),
      steps: 4,
      calibration: () => [randomImages('deit-tiny', 1)],
    }),
  );
  const plan = await times.take('planned with statistics', () => planRun(spiking, { statistics: true }));
  const { model: step } = await times.take('time axis taken out', () =>
    withoutTimeAxis(plan.model, [plan.logits]),
  );
  await times.take('cut', () => cutGraph(step));
  const table = readQuantisers(spiking, quantisationPlacesOf(spiking).points)!;
  const bits = Object.fromEntries(plan.sites.map(({ name }) => [name, 8]));
  await times.take('quantised', () => quantisedNetwork(spiking, table, { bits }));
  const frozen = await times.take('shapes frozen', () => freezeShapes(source));
  const logits = frozen.graph.outputs[0]!;
  const loss = new GraphBuilder(frozen.graph).op('ReduceSum', [logits.name], { keepdims: 0 });
  const parameters = [...frozen.graph.initializers]
    .filter(([, tensor]) => tensor.dataType === 'float32' && tensor.size > 1)
    .map(([name]) => name);
  await times.take('differentiated', () => differentiate(frozen, loss, parameters));
  console.log(`ViT of ${depth} blocks, ${spiking.graph.nodes.length} operators: ${times}`);
}
