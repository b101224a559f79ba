import {
  type NirArray,
  type NirGraph,
  type NirNode,
  nirFloats,
  nirIntegers,
} from '../../formats/nir/nir-graph.ts';
import type { Circuit, CircuitNode, CircuitPopulation } from '../circuit/circuit.ts';

/** Version of the NIR package whose files these are like. */
const version = '1.0.6';

/**
 * A circuit as a NIR graph.
 *
 * NIR's neurons fire above their threshold: one that fires at θ gets the largest float32 below it, which in float32 is the same. Subtraction
 * of the threshold, v(0) and how the input is presented, for which NIR has no words, stand in `metadata`.
 *
 * @param dt length of a step in seconds, from which leaks become time constants
 */
export function toNir({ nodes, steps }: Circuit, dt: number): NirGraph {
  return {
    version,
    nodes: new Map(nodes.map((each) => [each.name, nirNode(each, dt)])),
    edges: nodes.flatMap(({ name, reads }) => reads.map((from) => [from, name] as const)),
    metadata: new Map([
      ['dt', scalar(dt)],
      ['steps', nirIntegers(steps)],
    ]),
  };
}

function nirNode(node: CircuitNode, dt: number): NirNode {
  switch (node.kind) {
    case 'input':
      return made(
        'Input',
        { shape: nirIntegers(node.shape) },
        { presentation: node.overTime ? 'over-time' : 'constant' },
      );
    case 'output':
      return made('Output', { shape: nirIntegers(node.shape) });
    case 'convolution': {
      const { weight, shape, from, kernel, groups } = node;
      const out = shape[0] ?? 1;
      return made('Conv2d', {
        input_shape: nirIntegers(from.slice(1)),
        weight: nirFloats([out, (from[0] ?? 1) / groups, ...kernel], weight),
        stride: nirIntegers(node.stride),
        padding: nirIntegers(node.padding),
        dilation: nirIntegers(node.dilation),
        groups: nirIntegers(groups),
        bias: nirFloats([out], node.bias ?? new Float64Array(out)),
      });
    }
    case 'linear': {
      const weight = nirFloats([node.shape[0] ?? 1, node.from[0] ?? 1], node.weight);
      return node.bias
        ? made('Affine', { weight, bias: nirFloats([node.bias.length], node.bias) })
        : made('Linear', { weight });
    }
    case 'sum-pool':
      return made('SumPool2d', {
        kernel_size: nirIntegers(node.kernel),
        stride: nirIntegers(node.stride),
        padding: nirIntegers(node.padding),
      });
    case 'flatten':
      return made('Flatten', {
        start_dim: nirIntegers(0),
        end_dim: nirIntegers(-1),
        input_type: nirIntegers(node.from),
      });
    case 'population':
      return neurons(node, dt);
  }
}

function neurons(
  { name, shape, threshold, initialPotential, leak, fires }: CircuitPopulation,
  dt: number,
): NirNode {
  const floats = (data: Float64Array) => nirFloats(shape, data);
  const firing = {
    v_threshold: floats(fires === 'exceeding' ? threshold : threshold.map(justBelow)),
    v_reset: floats(new Float64Array(threshold.length)),
  };
  const beside = { reset: 'subtract', site: name, v_initial: floats(initialPotential) };
  if (leak.every((value) => value === 1)) {
    return made('IF', { r: floats(new Float64Array(threshold.length).fill(1)), ...firing }, beside);
  }
  const tau = leak.map((value) => dt / (1 - value));
  return made(
    'LIF',
    {
      tau: floats(tau),
      r: floats(tau.map((each) => each / dt)),
      v_leak: floats(new Float64Array(threshold.length)),
      ...firing,
    },
    beside,
  );
}

/** The largest float32 below a number above 0. */
function justBelow(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0) - 1;
  return new Float32Array(bits.buffer)[0] ?? 0;
}

function scalar(value: number): NirArray {
  return { shape: [], dataType: 'float64', data: Float64Array.of(value) };
}

function made(
  type: string,
  parameters: Readonly<Record<string, NirArray>>,
  metadata: Readonly<Record<string, NirArray | string>> = {},
): NirNode {
  return {
    type,
    parameters: new Map(Object.entries(parameters)),
    metadata: new Map(Object.entries(metadata)),
  };
}
