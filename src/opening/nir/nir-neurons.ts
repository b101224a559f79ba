import type { NirArray, NirNode } from '../../formats/nir/nir-graph.ts';
import { NirParameters } from '../../formats/nir/nir-parameters.ts';
import { Tensor } from '../../graph/tensor.ts';
import { currentBased } from '../../neurons/current-based.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { type NeuronSpec, neuronSpec } from '../../spiking/neuron-node.ts';

/** How the differential equations of a NIR graph become steps. */
export interface NirTime {
  /** Length of a step in seconds. Default: what the file says, else 1e-4 */
  readonly dt: number;
  /** What a spike does to the potential. Default: what the file says, else `value`, to `v_reset` */
  readonly reset?: 'subtract' | 'value' | undefined;
}

/** Types of NIR nodes that spike. */
export const nirNeurons: ReadonlySet<string> = new Set(['IF', 'LIF', 'CubaLIF']);

/**
 * The neurons of a NIR node by forward Euler, of which the synaptic current is updated first:
 *
 * - IF: v += R·x
 * - LIF: v += dt/τ·(v_leak − v + R·x)
 * - CubaLIF: I += dt/τ_syn·(w_in·x − I), v += dt/τ_mem·(v_leak − v + R·I)
 *
 * x is what arrives in a step: the sum of the weights of its spikes. Spikes are worth 1.
 *
 * @throws FormatError if a parameter is missing, or a time constant is shorter than a step
 */
export function neuronsOf(node: NirNode, where: string, { dt, reset }: NirTime): NeuronSpec {
  const read = new NirParameters(node, where);
  const threshold = read.array('v_threshold');
  const like = (value: number): NirArray => ({ ...threshold, data: threshold.data.map(() => value) });
  const share = (name: string): NirArray => map(read.array(name), (tau) => requireStep(read, name, dt, tau));
  const isCuba = node.type === 'CubaLIF';
  const membrane = node.type === 'IF' ? like(1) : share(isCuba ? 'tau_mem' : 'tau');
  const synapse = isCuba ? share('tau_syn') : like(1);
  const weight = isCuba ? (read.optional('w_in') ?? like(1)) : like(1);
  const resistance = read.array('r');
  const drive = node.type === 'IF' ? like(0) : product(membrane, read.array('v_leak'));
  const said = node.metadata?.get('reset');
  const how = reset ?? (said === 'subtract' ? 'subtract' : 'value');
  const initial = node.metadata?.get('v_initial');
  const isOwn =
    node.type === 'IF' &&
    reset === undefined &&
    said === 'subtract' &&
    resistance.data.every((value) => value === 1);
  if (isOwn) {
    // Summed as they were where they come from, they fire the same spikes to the last bit.
    return neuronSpec(integrateAndFire, integrateAndFire.attributes.parse({}), {
      threshold: parameter(map(threshold, justAbove)),
      initialPotential: parameter(initial === undefined || typeof initial === 'string' ? like(0) : initial),
      amplitude: 1,
    });
  }
  return neuronSpec(currentBased, currentBased.attributes.parse({ reset: how }), {
    threshold: parameter(threshold),
    resetPotential: parameter(read.optional('v_reset') ?? like(0)),
    initialPotential: parameter(initial === undefined || typeof initial === 'string' ? like(0) : initial),
    leak: parameter(node.type === 'IF' ? like(1) : map(membrane, (each) => 1 - each)),
    synapticLeak: parameter(isCuba ? map(synapse, (each) => 1 - each) : like(0)),
    gain: parameter(product(product(membrane, resistance), product(synapse, weight))),
    drive: parameter(drive),
    amplitude: 1,
  });
}

/** The smallest float32 above a number above 0: what is to be reached, where the number itself is to be exceeded. */
function justAbove(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0) + 1;
  return new Float32Array(bits.buffer)[0] ?? 0;
}

function requireStep(read: NirParameters, name: string, dt: number, tau: number): number {
  const share = dt / tau;
  if (share > 0 && share <= 1) return share;
  throw read.refuse(
    `'${name}' of at least a step of ${dt} s`,
    `${tau} s`,
    'Give the length of a step: network.nir:dt=SECONDS',
  );
}

function map(array: NirArray, of: (value: number) => number): NirArray {
  return { ...array, data: array.data.map(of) };
}

/** Element by element; a single number serves all elements of the other. */
function product(a: NirArray, b: NirArray): NirArray {
  const { shape } = a.data.length >= b.data.length ? a : b;
  const at = ({ data }: NirArray, i: number) => data[data.length === 1 ? 0 : i] ?? Number.NaN;
  const length = Math.max(a.data.length, b.data.length);
  return { shape, dataType: 'float32', data: Float64Array.from({ length }, (_, i) => at(a, i) * at(b, i)) };
}

/** One number where all neurons share it. */
function parameter({ shape, data }: NirArray): Tensor | number {
  const [first = 0] = data;
  return data.every((value) => value === first) ? first : Tensor.float64([...shape], data);
}
