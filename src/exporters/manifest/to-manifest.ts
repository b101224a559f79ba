import { encodeNpy, type NpyArray } from '../../formats/npy.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import type { CircuitShape } from '../circuit/circuit.ts';
import type { ExportedFolder } from '../define-exporter.ts';
import {
  asMaps,
  type IntegerNode,
  type IntegerPopulation,
  type IntegerSynapses,
} from '../integer/integer-network.ts';
import type { IntegerExport } from '../integer/integer-network-of.ts';
import { largestInput } from '../integer/quantise-circuit.ts';
import { type Manifest, manifestSchema } from './manifest-schema.ts';

/** Golden inputs at most: their spikes take room. */
const mostSamples = 4;

/**
 * A network in whole numbers as a folder: `network.json` and .npy files, with the spike trains of its twin for the first samples.
 *
 * @returns files by name
 */
export function toManifest({ network, samples }: IntegerExport, name: string): ExportedFolder {
  const files = new Map<string, Uint8Array>();
  const put = (path: string, array: NpyArray): string => {
    const free = `${path.replaceAll(/[^\w.-]/g, '_')}.npy`;
    files.set(free, encodeNpy(array));
    return free;
  };
  const golden = goldenOf(samples);
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const layers = network.nodes.map((node): Manifest['layers'][number] => {
    if (node.kind === 'input') {
      const { kind, shape, overTime, scale } = node;
      const presentation = overTime ? 'over-time' : 'constant';
      return {
        kind,
        name: node.name,
        shape: [...shape],
        presentation,
        scale,
        lowest: -largestInput,
        highest: largestInput,
      };
    }
    if (node.kind === 'sum-pool') {
      const { kind, from, shape, kernel, stride, padding } = node;
      return {
        kind,
        name: node.name,
        from,
        shape: [...shape],
        kernel: [...kernel],
        stride: [...stride],
        padding: [...padding],
      };
    }
    return neurons(node, nodes, network.format.weightBits, golden, put);
  });
  const inputs = [...golden.inputs].map(([input, numbers]) => {
    const node = lookUp(nodes, input, 'input');
    const steps = node.kind === 'input' && node.overTime ? [network.steps] : [];
    const data = Int8Array.from(numbers.flatMap((each) => [...each]));
    return [
      input,
      put(`${input}.golden`, { dataType: 'int8', shape: [golden.count, ...steps, ...node.shape], data }),
    ] as const;
  });
  const { weightBits, accumulatorBits, overflow } = network.format;
  const manifest: Manifest = {
    format: 'transpike-network',
    version: 1,
    name,
    steps: network.steps,
    coding: 'rate',
    weightBits,
    accumulatorBits,
    overflow,
    order: 'sum-then-add',
    decoding: 'sum over steps',
    layers,
    golden: { samples: golden.count, inputs: Object.fromEntries(inputs) },
  };
  // Last, so that a folder that has it has all that it names.
  files.set(
    'network.json',
    new TextEncoder().encode(`${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`),
  );
  return files;
}

type Put = (path: string, array: NpyArray) => string;

interface Golden {
  readonly count: number;
  /** By input, one array for each sample. */
  readonly inputs: ReadonlyMap<string, Int32Array[]>;
  /** By layer, [N, T, …], places first. */
  readonly made: ReadonlyMap<string, (Uint8Array | Int32Array)[]>;
}

function goldenOf(samples: IntegerExport['samples']): Golden {
  const [inputs, made] = [new Map<string, Int32Array[]>(), new Map<string, (Uint8Array | Int32Array)[]>()];
  let count = 0;
  const append = <V>(to: Map<string, V[]>, values: ReadonlyMap<string, V>) => {
    for (const [name, value] of values) to.set(name, [...(to.get(name) ?? []), value]);
  };
  for (const { input, run } of samples()) {
    append(inputs, input);
    append<Uint8Array | Int32Array>(made, run.spikes);
    append<Uint8Array | Int32Array>(made, run.outputs);
    count++;
    if (count === mostSamples) break;
  }
  return { count, inputs, made };
}

function neurons(
  node: IntegerPopulation,
  nodes: ReadonlyMap<string, IntegerNode>,
  weightBits: Manifest['weightBits'],
  golden: Golden,
  put: Put,
): Manifest['layers'][number] {
  const { name, shape, unit, bias } = node;
  const channels = unit.length;
  const whole = (what: string, numbers: Int32Array) => {
    const integer = channelsFirst(numbers, shape);
    const real = Float64Array.from(
      integer,
      (value, i) => value * (unit[Math.floor((i * channels) / integer.length)] ?? 0),
    );
    return {
      integer: put(`${name}.${what}`, { dataType: 'int32', shape: [...shape], data: integer }),
      real: put(`${name}.${what}.real`, { dataType: 'float64', shape: [...shape], data: real }),
    };
  };
  const trains = lookUp(golden.made, name, 'golden spikes');
  const size = sizeOf(shape);
  const steps = (trains[0]?.length ?? 0) / size;
  const data = trains.flatMap((train) =>
    Array.from({ length: steps }, (_, t) => [
      ...channelsFirst(train.subarray(t * size, (t + 1) * size), shape),
    ]).flat(),
  );
  const goldenShape = [golden.count, steps, ...shape];
  const common = {
    name,
    shape: [...shape],
    scale: put(`${name}.scale`, { dataType: 'float64', shape: [channels], data: unit }),
    zeroPoint: 0 as const,
    bias: put(`${name}.bias`, { dataType: 'int32', shape: [channels], data: bias }),
    synapses: node.synapses.map((each) =>
      synapsesOf(each, lookUp(nodes, each.from, 'layer'), node, weightBits, put),
    ),
  };
  if (node.kind === 'output') {
    const file = put(`${name}.golden`, {
      dataType: 'int32',
      shape: goldenShape,
      data: Int32Array.from(data),
    });
    return { kind: 'output', ...common, golden: file };
  }
  return {
    kind: 'population',
    ...common,
    neuron: {
      model: 'integrate-and-fire',
      fires: 'v >= threshold',
      reset: 'subtract',
      delay: 0,
      threshold: whole('threshold', node.threshold),
      initialPotential: whole('initial', node.initialPotential),
      thresholdError: node.thresholdError,
    },
    expectedSpikes: data.reduce((sum, spike) => sum + spike, 0) / golden.count,
    golden: put(`${name}.golden`, { dataType: 'uint8', shape: goldenShape, data: Uint8Array.from(data) }),
  };
}

function synapsesOf(
  synapses: IntegerSynapses,
  source: IntegerNode,
  { name: layer, shape }: IntegerPopulation,
  weightBits: Manifest['weightBits'],
  put: Put,
): Extract<Manifest['layers'][number], { kind: 'population' }>['synapses'][number] {
  const { name, from, kernel, stride, padding, dilation, groups, fromShape, toShape } = synapses;
  const isDense = shape.length === 1;
  const [into, out, area] = [fromShape[0] / groups, toShape[0], kernel[0] * kernel[1]];
  const perGroup = out / groups;
  const column = isDense ? columnOf(source.shape) : (i: number) => i;
  const numbers = new Array<number>(out * into * area);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      const at = column(Math.floor(o / perGroup) * into + i);
      for (let k = 0; k < area; k++)
        numbers[(o * into + i) * area + k] =
          synapses.weight[(at * area + k) * perGroup + (o % perGroup)] ?? 0;
    }
  }
  const axes = isDense ? [out, into] : [out, into, ...kernel];
  const path = `${layer}.${name}.weight`;
  const weight =
    weightBits === 16
      ? put(path, { dataType: 'int16', shape: axes, data: Int16Array.from(numbers) })
      : put(path, { dataType: 'int8', shape: axes, data: Int8Array.from(numbers) });
  return {
    name,
    from,
    kind: isDense ? 'dense' : 'convolution',
    weight,
    stride: [...stride],
    padding: [...padding],
    dilation: [...dilation],
    groups,
  };
}

/** Where a number of maps as one vector, channels first, lies where places come first. */
function columnOf(shape: CircuitShape): (i: number) => number {
  const [channels, height, width] = asMaps(shape);
  const places = height * width;
  return (i) => (i % places) * channels + Math.floor(i / places);
}

/** [height, width, channels] → [channels, height, width]. */
function channelsFirst<A extends Int32Array | Uint8Array>(numbers: A, shape: CircuitShape): A {
  const [channels, height, width] = asMaps(shape);
  const places = height * width;
  const turned = numbers.slice() as A;
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < places; p++) turned[c * places + p] = numbers[p * channels + c] ?? 0;
  return turned;
}
