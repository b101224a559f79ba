import { Tensor } from '../../../graph/tensor.ts';
import type { SiteInFloat } from '../../../results/synapse-result.ts';
import { type QuantisedWeights, toIntegerWeights } from '../integer-weights.ts';
import type { EventLayer, EventTerm } from './event-layer.ts';

/** Largest sum of 16 bits. */
const largestSum = 32767;

/** Channels whose spikes stand in one word. */
const wordChannels = 32;

/** Spikes that are added up in whole numbers before their sum is turned into a real one: words from `first` to before `end`. */
export interface IntegerEvents {
  readonly term: EventTerm;
  readonly first: number;
  readonly end: number;
}

/** The synaptic operators of a layer on 8-bit weights; what multiplies nothing stays as it is. */
export interface IntegerLayer {
  /** −127…127 by term, [outputs, channels, window height, window width]. */
  readonly weights: ReadonlyMap<EventTerm, Int8Array>;
  /** What 1 stands for, by output channel. */
  readonly scales: Float32Array;
  /** What can be added up in 16 bits, whichever neurons fire. */
  readonly parts: readonly (readonly IntegerEvents[])[];
}

/** What became of the operators that drive layers by events. */
export interface IntegerLayers {
  /** By the name of the layer. */
  readonly layers: ReadonlyMap<string, IntegerLayer>;
  /** Number of operators on 8-bit weights. */
  readonly operators: number;
  readonly left: readonly SiteInFloat[];
}

/** Puts the operators of all layers on 8-bit weights, where that can be. */
export function integerLayers(all: ReadonlyMap<string, EventLayer>): IntegerLayers {
  const layers = new Map<string, IntegerLayer>();
  const left: SiteInFloat[] = [];
  let operators = 0;
  for (const [site, layer] of all) {
    const made = integerLayer(layer);
    if (typeof made === 'string') left.push({ site, reason: made });
    else if (made) {
      layers.set(site, made);
      operators += made.weights.size;
    }
  }
  return { layers, operators, left };
}

/**
 * Rounds the weights of a layer to 8 bits, symmetrically, by output channel: one scale for all of its operators.
 *
 * @returns why that cannot be, in words; undefined if the layer has no synaptic operator
 */
function integerLayer({ terms, channels }: EventLayer): IntegerLayer | string | undefined {
  const synaptic = terms.filter(({ operator }) => operator !== undefined);
  if (synaptic.length === 0) return undefined;
  const { weights: all, scales } = quantise(synaptic, channels);
  const weights = new Map<EventTerm, Int8Array>();
  let from = 0;
  for (const term of synaptic) {
    const perOutput = term.weights.length / channels;
    const own = new Int8Array(term.weights.length);
    for (let o = 0; o < channels; o++)
      for (let i = 0; i < perOutput; i++) own[o * perOutput + i] = all[(from + i) * channels + o]!;
    weights.set(term, own);
    from += perOutput;
  }
  const parts = partsOf(weights, channels);
  return parts ? { weights, scales, parts } : 'sums of more than 16 bits';
}

/** All operators side by side. */
function quantise(terms: readonly EventTerm[], outputs: number): QuantisedWeights {
  const inputs = terms.reduce((sum, { weights }) => sum + weights.length / outputs, 0);
  const together = new Float32Array(inputs * outputs);
  for (let o = 0, at = 0; o < outputs; o++) {
    for (const { weights } of terms) {
      const perOutput = weights.length / outputs;
      together.set(weights.subarray(o * perOutput, (o + 1) * perOutput), at);
      at += perOutput;
    }
  }
  return toIntegerWeights(Tensor.float32([outputs, inputs], together), true);
}

/** As few parts as possible; undefined if a single word may already be too much. */
function partsOf(weights: ReadonlyMap<EventTerm, Int8Array>, outputs: number): IntegerEvents[][] | undefined {
  const parts: IntegerEvents[][] = [[]];
  let sums = new Float64Array(outputs);
  for (const [term, numbers] of weights) {
    for (let word = 0; word * wordChannels < term.channels; word++) {
      const own = largestSums(term, numbers, word, outputs);
      if (own.some((sum) => sum > largestSum)) return undefined;
      const isFull = own.some((sum, o) => sum + sums[o]! > largestSum);
      if (isFull) {
        parts.push([]);
        sums = new Float64Array(outputs);
      }
      sums = sums.map((sum, o) => sum + own[o]!);
      addWord(parts.at(-1) ?? [], term, word);
    }
  }
  return parts;
}

function addWord(part: IntegerEvents[], term: EventTerm, word: number): void {
  const last = part.at(-1);
  if (last?.term === term && last.end === word) part[part.length - 1] = { ...last, end: word + 1 };
  else part.push({ term, first: word, end: word + 1 });
}

/** Magnitude by output channel if all neurons of a word fire. */
function largestSums(term: EventTerm, weights: Int8Array, word: number, outputs: number): Float64Array {
  const perOutput = weights.length / outputs;
  const places = perOutput / term.channels;
  const from = word * wordChannels * places;
  const to = Math.min(from + wordChannels * places, perOutput);
  return Float64Array.from({ length: outputs }, (_, o) =>
    weights.subarray(o * perOutput + from, o * perOutput + to).reduce((sum, each) => sum + Math.abs(each), 0),
  );
}
