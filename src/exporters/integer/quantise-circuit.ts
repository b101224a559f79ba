import { ConversionError, listProblems } from '../../errors.ts';
import { lookUp } from '../../look-up.ts';
import type {
  Circuit,
  CircuitNode,
  CircuitOutput,
  CircuitPopulation,
  CircuitSynapses,
} from '../circuit/circuit.ts';
import {
  asMaps,
  type IntegerFormat,
  type IntegerNetwork,
  type IntegerNode,
  type IntegerSynapses,
} from './integer-network.ts';

/** Numbers of an integer network where nothing else is said. */
const defaultFormat: IntegerFormat = { weightBits: 8, accumulatorBits: 32, overflow: 'saturate' };

/** Largest whole number of an input. */
export const largestInput = 127;

/**
 * A circuit in whole numbers. Weights that lead to one channel of a population share a unit u, the largest of them over the largest whole
 * number: w ≈ u·q; thresholds, first potentials and biases are rounded to multiples of it. What is read out has one unit for all channels,
 * so that whole numbers of classes can be compared.
 *
 * @param inputScale x ≈ scale · q by input; the largest value over 127 serves
 * @throws ConversionError if neurons leak, or synapses follow synapses
 */
export function quantiseCircuit(
  { steps, nodes }: Circuit,
  inputScale: (input: string) => number,
  format: IntegerFormat = defaultFormat,
): IntegerNetwork {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const problems = problemsOf(nodes, byName);
  if (problems.length > 0) {
    throw new ConversionError(
      listProblems('whole numbers: the network has no such form; export it as nir or unrolled:', problems),
    );
  }
  const made = nodes.flatMap((node): IntegerNode[] => {
    if (node.kind === 'input') {
      const { name, shape, overTime } = node;
      return [{ kind: 'input', name, shape, overTime, scale: inputScale(name) }];
    }
    if (node.kind === 'sum-pool') {
      const { kind, name, from: fromShape, shape, kernel, stride, padding, reads } = node;
      return [{ kind, name, from: reads[0] ?? '', fromShape, shape, kernel, stride, padding }];
    }
    if (node.kind === 'population' || node.kind === 'output')
      return [population(node, byName, format, inputScale)];
    return [];
  });
  return { steps, format, nodes: made };
}

type Nodes = ReadonlyMap<string, CircuitNode>;

function problemsOf(nodes: readonly CircuitNode[], byName: Nodes): string[] {
  const kindOf = (name: string) => lookUp(byName, name, 'node').kind;
  return nodes.flatMap((node) => {
    const wrong = (kinds: readonly string[]) => node.reads.filter((name) => !kinds.includes(kindOf(name)));
    if (node.kind === 'population' && node.leak.some((value) => value !== 1))
      return [`${node.name}: neurons that leak`];
    const allowed =
      node.kind === 'population' || node.kind === 'output'
        ? ['convolution', 'linear']
        : ['input', 'population', 'sum-pool', 'flatten'];
    return wrong(allowed).map((from) => `${node.name}: reads '${from}' (${kindOf(from)})`);
  });
}

function population(
  node: CircuitPopulation | CircuitOutput,
  nodes: Nodes,
  format: IntegerFormat,
  inputScale: (input: string) => number,
): IntegerNode {
  const [channels, height, width] = asMaps(node.shape);
  const parts = node.reads.map((name) => {
    const synapses = lookUp(nodes, name, 'synapses') as CircuitSynapses;
    const source = lookUp(nodes, sourceOf(synapses, nodes), 'node');
    return { synapses, source, scale: source.kind === 'input' ? inputScale(source.name) : 1 };
  });
  const most = 2 ** (format.weightBits - 1) - 1;
  const unit = new Float64Array(channels);
  for (const { synapses, scale } of parts) {
    const each = synapses.weight.length / channels;
    for (const [i, value] of synapses.weight.entries()) {
      const c = Math.floor(i / each);
      unit[c] = Math.max(unit[c] ?? 0, (Math.abs(value) * scale) / most);
    }
  }
  const largest = unit.reduce((a, b) => Math.max(a, b), 0) || 1;
  for (const c of unit.keys()) unit[c] = node.kind === 'output' ? largest : unit[c] || largest;
  const bias = new Int32Array(channels);
  for (const { synapses } of parts) {
    for (const [c, value] of (synapses.bias ?? []).entries())
      bias[c] = (bias[c] ?? 0) + Math.round(value / (unit[c] ?? 1));
  }
  const places = height * width;
  // Places first, channels last.
  const whole = (numbers: Float64Array, smallest: number) =>
    Int32Array.from({ length: numbers.length }, (_, i) => {
      const [place, c] = [Math.floor(i / channels), i % channels];
      return clamp(
        Math.max(smallest, Math.round((numbers[c * places + place] ?? 0) / (unit[c] ?? 1))),
        format,
      );
    });
  const isOutput = node.kind === 'output';
  const threshold = isOutput ? new Int32Array(0) : thresholds(node, whole(node.threshold, 1));
  return {
    kind: node.kind,
    name: node.name,
    shape: node.shape,
    unit,
    bias,
    threshold,
    initialPotential: isOutput ? new Int32Array(0) : whole(node.initialPotential, -Infinity),
    synapses: parts.map(({ synapses, source, scale }) =>
      integerSynapses(synapses, source, nodes, unit, scale),
    ),
    thresholdError: isOutput ? 0 : errorOf(node, threshold, unit, [channels, places]),
  };
}

/** A neuron that fires above its threshold fires from the next whole number on. */
function thresholds({ fires }: CircuitPopulation, whole: Int32Array): Int32Array {
  return fires === 'reaching' ? whole : whole.map((value) => value + 1);
}

function errorOf(
  { threshold }: CircuitPopulation,
  whole: Int32Array,
  unit: Float64Array,
  [channels, places]: readonly [number, number],
): number {
  return whole.reduce((most, value, i) => {
    const [place, c] = [Math.floor(i / channels), i % channels];
    const exact = threshold[c * places + place] ?? 1;
    return Math.max(most, Math.abs((value * (unit[c] ?? 1)) / exact - 1));
  }, 0);
}

/** A threshold or potential that the accumulator has no room for. */
function clamp(value: number, { accumulatorBits }: IntegerFormat): number {
  const most = 2 ** (accumulatorBits - 1) - 1;
  return Math.max(-most - 1, Math.min(most, value));
}

/** The node behind a change of shape. */
function sourceOf({ reads }: CircuitSynapses, nodes: Nodes): string {
  const [name = ''] = reads;
  const found = lookUp(nodes, name, 'node');
  return found.kind === 'flatten' ? (found.reads[0] ?? '') : name;
}

function integerSynapses(
  synapses: CircuitSynapses,
  source: CircuitNode,
  nodes: Nodes,
  unit: Float64Array,
  scale: number,
): IntegerSynapses {
  const toShape = asMaps(synapses.shape);
  const isMatrix = synapses.kind === 'linear';
  const fromShape = isMatrix ? ([synapses.from[0] ?? 1, 1, 1] as const) : asMaps(synapses.from);
  const groups = isMatrix ? 1 : synapses.groups;
  const kernel = isMatrix ? ([1, 1] as const) : synapses.kernel;
  const area = kernel[0] * kernel[1];
  const [into, out] = [fromShape[0] / groups, toShape[0] / groups];
  const weight = new Int32Array(synapses.weight.length);
  const column = isMatrix
    ? columnOf(lookUp(nodes, synapses.reads[0] ?? '', 'node'), source)
    : (i: number) => i;
  for (const [at, value] of synapses.weight.entries()) {
    const [o, rest] = [Math.floor(at / (into * area)), at % (into * area)];
    const [i, k] = [Math.floor(rest / area), rest % area];
    const group = Math.floor(o / out);
    const from = column(group * into + i);
    weight[(from * area + k) * out + (o % out)] = Math.round((value * scale) / (unit[o] ?? 1));
  }
  const plain = { stride: [1, 1], padding: [0, 0], dilation: [1, 1] } as const;
  const { stride, padding, dilation } = isMatrix ? plain : synapses;
  const { name } = synapses;
  return { name, from: source.name, fromShape, toShape, kernel, stride, padding, dilation, groups, weight };
}

/** Where a number of a vector lies in the maps that it was made of, places first. */
function columnOf(read: CircuitNode, source: CircuitNode): (i: number) => number {
  if (read.kind !== 'flatten') return (i) => i;
  const [channels, height, width] = asMaps(source.shape);
  const places = height * width;
  return (i) => (i % places) * channels + Math.floor(i / places);
}
