import type { ChipLimits } from '../limits/chip-limits.ts';
import { assignCores } from './assign-cores.ts';
import type { LayerSynapses, NetworkLayer } from './network-layers.ts';

/** A layer on a chip. */
export interface FittedLayer {
  readonly name: string;
  readonly neuron: string | undefined;
  readonly neurons: number;
  /** Different weights. */
  readonly weights: number;
  /** Inputs of one neuron, at most. */
  readonly fanIn: number;
  /** Cores that it takes; undefined where none has room for it. */
  readonly cores: number | undefined;
  /** What of the chip decides how many: `neurons`, `weights`, `memory`, or that it needs one at all. */
  readonly boundBy: string;
  /** Why it does not fit, one line each. */
  readonly problems: readonly string[];
}

/** What of a network a chip has room for. */
export interface ChipFit {
  readonly chip: string;
  readonly title: string;
  /** Whether the chip takes the whole network. */
  readonly fits: boolean;
  readonly cores: number;
  readonly coresOfChip: number;
  /** Chips of this kind that the cores fill. */
  readonly chips: number;
  readonly layers: readonly FittedLayer[];
  /** Why the network as a whole does not fit. */
  readonly problems: readonly string[];
  /** What is lost on the way. */
  readonly notes: readonly string[];
}

/** What is to be fitted. */
export interface NetworkToFit {
  readonly layers: readonly NetworkLayer[];
  /** Time-steps T. */
  readonly steps: number;
  /** Bits of its weights. */
  readonly weightBits: number;
}

/**
 * Says what of a network a chip has room for: which layers and neurons it knows, how many cores each layer takes by the tightest of the chip's figures, and
 * what does not fit and why. A layer on several cores is divided by channels, and from one channel a core on by places, with the weights of the channel on each. Cores are a lower
 * bound, tables of addresses are not counted.
 */
export function fitOnChip({ layers, steps, weightBits }: NetworkToFit, chip: ChipLimits): ChipFit {
  const bits = Math.min(weightBits, chip.weightBits.value);
  const sizes = chip.sizes
    ? assignCores(
        layers.map((layer) => [weightsOf(layer, chip), layer.neurons]),
        chip.sizes.values,
      )
    : [];
  const readers = (name: string) => layers.filter(({ reads }) => reads.includes(name)).length;
  const fitted = layers.map((layer, i): FittedLayer => {
    const room = chip.sizes ? roomOf(sizes[i], layer, chip) : spread(layer, chip, bits);
    const problems = [...problemsOf(layer, chip, readers(layer.name)), ...room.problems];
    return {
      name: layer.name,
      neuron: layer.neuron,
      neurons: layer.neurons,
      weights: total(layer),
      fanIn: Math.max(0, ...layer.synapses.map(({ fanIn }) => fanIn)),
      cores: room.cores,
      boundBy: room.boundBy,
      problems,
    };
  });
  const cores = fitted.reduce((sum, each) => sum + (each.cores ?? 0), 0);
  const [problems, notes] = ofWhole({ layers, steps, weightBits }, cores, chip);
  return {
    chip: chip.name,
    title: chip.title,
    fits: problems.length === 0 && fitted.every((each) => each.problems.length === 0),
    cores,
    coresOfChip: chip.cores.value,
    chips: Math.ceil(cores / chip.cores.value),
    layers: fitted,
    problems,
    notes,
  };
}

interface Room {
  readonly cores: number | undefined;
  readonly boundBy: string;
  readonly problems: readonly string[];
}

const total = ({ synapses }: NetworkLayer) => synapses.reduce((sum, { weights }) => sum + weights, 0);

function weightsOf({ synapses }: NetworkLayer, { layout }: ChipLimits): number {
  const up = (value: number) => 2 ** Math.ceil(Math.log2(Math.max(value, 1)));
  return synapses.reduce((sum, { weights, outputChannels, kernel }) => {
    if (layout === 'dense') return sum + weights;
    const area = kernel.reduce((product, length) => product * length, 1);
    return sum + (weights / (area * outputChannels)) * up(area) * up(outputChannels);
  }, 0);
}

function roomOf(core: number | undefined, layer: NetworkLayer, chip: ChipLimits): Room {
  if (core !== undefined) return { cores: 1, boundBy: 'one a layer', problems: [] };
  const weights = weightsOf(layer, chip);
  const fits = chip.sizes?.values.some((size) => size.weights >= weights && size.neurons >= layer.neurons);
  const room = `${layer.neurons} neurons and ${weights} weights`;
  return {
    cores: undefined,
    boundBy: fits ? 'cores' : 'size of a core',
    problems: [fits ? `no core is left for ${room}` : `no core has room for ${room}`],
  };
}

/** The fewest cores on which a layer has room. */
function spread(layer: NetworkLayer, chip: ChipLimits, weightBits: number): Room {
  const [weightBytes, stateBytes] = [weightBits / 8, (chip.stateBits?.value ?? 32) / 8];
  const channels = Math.max(1, ...layer.synapses.map(({ outputChannels }) => outputChannels));
  const weights = weightsOf(layer, chip);
  const needs = (cores: number): string | undefined => {
    const own = { neurons: layer.neurons / cores, weights: weights / Math.min(cores, channels) };
    const bytes = own.weights * weightBytes + own.neurons * stateBytes;
    if (own.neurons > (chip.neurons?.value ?? Infinity)) return 'neurons';
    if (own.weights > (chip.weights?.value ?? Infinity)) return 'weights';
    return bytes > (chip.memory?.value ?? Infinity) ? 'memory' : undefined;
  };
  const most = Math.max(layer.neurons, 1);
  const least = needs(most);
  if (least !== undefined)
    return {
      cores: undefined,
      boundBy: least,
      problems: [`the ${least} of one neuron are more than a core has`],
    };
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (needs(middle) === undefined) high = middle;
    else low = middle;
  }
  if (high > 1 && !chip.spreads)
    return {
      cores: undefined,
      boundBy: needs(1) ?? '',
      problems: [`takes ${high} cores, and a layer has to fit one`],
    };
  return { cores: high, boundBy: (high > 1 && needs(high - 1)) || 'one a layer', problems: [] };
}

function problemsOf(layer: NetworkLayer, chip: ChipLimits, readers: number): string[] {
  const { kinds, layers, graded, destinations, fanIn } = chip;
  const knows = (values: readonly string[], name: string) => values.includes('any') || values.includes(name);
  const problems: string[] = [];
  if (layer.neuron !== undefined && !knows(kinds.values, layer.neuron))
    problems.push(`neurons '${layer.neuron}': the chip has ${kinds.values.join(', ')}`);
  if (layer.scaling !== 'none' && !graded.value)
    problems.push('spikes say several numbers, and those of the chip are all worth the same');
  const used = new Set([...layer.synapses.map(({ kind }) => kind), ...layer.through]);
  const unknown = [...used].filter((each) => !knows(layers.values, each));
  if (unknown.length > 0) problems.push(`${unknown.join(', ')}: the chip has ${layers.values.join(', ')}`);
  if (destinations && readers > destinations.value)
    problems.push(`${readers} layers read it, and the chip sends to ${destinations.value}`);
  for (const synapses of layer.synapses) {
    if (fanIn && synapses.fanIn > fanIn.value)
      problems.push(`${synapses.fanIn} inputs a neuron, of at most ${fanIn.value}`);
    problems.push(...shapeProblems(synapses, chip));
  }
  return [...new Set(problems)];
}

function shapeProblems({ kernel, strides, outputChannels }: LayerSynapses, chip: ChipLimits): string[] {
  const other = (what: string, found: readonly number[], possible: readonly number[] | undefined) =>
    possible && found.some((each) => !possible.includes(each))
      ? [`${what} ${found.join('×')}, of ${possible.join(', ')}`]
      : [];
  const { channels } = chip;
  return [
    ...other('kernel', kernel, chip.kernels?.values),
    ...other('stride', strides, chip.strides?.values),
    ...(channels && outputChannels > channels.value
      ? [`${outputChannels} channels, of at most ${channels.value}`]
      : []),
  ];
}

function ofWhole(
  { layers, steps, weightBits }: NetworkToFit,
  cores: number,
  chip: ChipLimits,
): [string[], string[]] {
  const [problems, notes] = [[] as string[], [] as string[]];
  if (cores > chip.cores.value) problems.push(`${cores} cores, and the chip has ${chip.cores.value}`);
  const bits = Math.ceil(Math.log2(steps + 1));
  if (chip.activationBits && bits > chip.activationBits.value)
    problems.push(
      `T = ${steps} steps are activations of ${bits} bits, of at most ${chip.activationBits.value}: T = ${2 ** chip.activationBits.value - 1} at most`,
    );
  if (weightBits > chip.weightBits.value)
    notes.push(
      `weights are rounded from ${weightBits} to ${chip.weightBits.value} bits; measure what that costs before`,
    );
  if (layers.some(({ neuron }) => neuron === undefined))
    notes.push('what is read out takes neurons that never fire, or the host');
  return [problems, notes];
}
