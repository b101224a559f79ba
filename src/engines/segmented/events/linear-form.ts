import { constantTensor } from '../../../analysis/constant-tensor.ts';
import type { Graph } from '../../../graph/graph.ts';
import { intAttribute, type Node, stringAttribute } from '../../../graph/node.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import { convolutionOperator } from '../convolution-operator.ts';
import type { Window } from '../window.ts';
import type { EventLayer, EventTerm } from './event-layer.ts';

/** A value as what spikes send to it, and what is the same at every step. */
export interface LinearForm extends Pick<EventLayer, 'planar' | 'channels' | 'terms' | 'current'> {
  readonly biases: Float64Array;
}

const onePlace: Window = { lengths: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] };

/** Reads values of a network of one step as linear forms of spikes. */
export class LinearForms {
  readonly #graph: Graph;
  readonly #overTime: ReadonlySet<string>;
  readonly #layers: ReadonlyMap<string, EventLayer>;

  /**
   * @param overTime values that differ from step to step
   * @param layers event-driven layers so far by the value that they decode to; may grow
   */
  constructor(graph: Graph, overTime: ReadonlySet<string>, layers: ReadonlyMap<string, EventLayer>) {
    this.#graph = graph;
    this.#overTime = overTime;
    this.#layers = layers;
  }

  /** @returns undefined if the value is something else */
  of(value: string): LinearForm | undefined {
    const layer = this.#layers.get(value);
    if (layer) return spikesOf(layer);
    if (!this.#overTime.has(value)) return this.#current(value);
    const producer = this.#graph.producerOf(value);
    if (producer?.domain !== '') return undefined;
    switch (producer.opType) {
      case 'Identity':
        return this.of(producer.inputs[0]!);
      case 'Add':
        return this.#sum(producer);
      case 'Conv':
        return this.#convolution(producer);
      case 'Gemm':
      case 'MatMul':
        return this.#product(producer);
      case 'Slice':
        return this.#subsampled(producer);
      case 'Pad':
        return this.#padded(producer);
      default:
        return undefined;
    }
  }

  #current(value: string): LinearForm | undefined {
    const shape = this.#channelsOf(value);
    return shape && { ...shape, terms: [], current: value, biases: new Float64Array(shape.channels) };
  }

  /** Channels of a value that is the same at every step, as its operators tell. */
  #channelsOf(value: string): Pick<LinearForm, 'planar' | 'channels'> | undefined {
    const producer = this.#graph.producerOf(value);
    if (producer?.domain !== '') return undefined;
    const weight = constantTensor(this.#graph, producer.inputs[1] ?? '');
    if (producer.opType === 'Conv' && weight?.shape.length === 4)
      return { planar: true, channels: weight.shape[0]! };
    if (producer.opType === 'Gemm' && weight?.shape.length === 2)
      return { planar: false, channels: weight.shape[intAttribute(producer, 'transB', 0) === 1 ? 0 : 1]! };
    const passes = ['Add', 'BatchNormalization', 'Relu', 'Identity'].includes(producer.opType);
    return passes ? this.#channelsOf(producer.inputs[0]!) : undefined;
  }

  #sum({ inputs }: Node): LinearForm | undefined {
    const [first, second] = inputs as [string, string];
    const constant = constantTensor(this.#graph, first) ?? constantTensor(this.#graph, second);
    if (constant) {
      const form = this.of(constantTensor(this.#graph, first) ? second : first);
      const added = form && byChannel(constant, form);
      return added && { ...form, biases: form.biases.map((bias, c) => bias + added[c]!) };
    }
    const [a, b] = [this.of(first), this.of(second)];
    if (!a || !b || a.channels !== b.channels || a.planar !== b.planar) return undefined;
    // The other might be broadcast to it.
    if (a.current !== undefined || b.current !== undefined) return undefined;
    return {
      ...a,
      terms: [...a.terms, ...b.terms],
      biases: a.biases.map((bias, c) => bias + b.biases[c]!),
    };
  }

  #convolution(of: Node): LinearForm | undefined {
    const form = this.#plain(of.inputs[0]!);
    const operator = convolutionOperator(this.#graph, of, of.inputs[0]!);
    if (!form?.planar || !operator || typeof operator === 'string') return undefined;
    const { weight, bias, window } = operator;
    if (weight.shape[1] !== form.channels) return undefined;
    return through(form, of, { weight: weight.toFloat32(), outputs: weight.shape[0]!, window, bias });
  }

  #product(of: Node): LinearForm | undefined {
    const form = this.#plain(of.inputs[0]!);
    const weight = constantTensor(this.#graph, of.inputs[1]!);
    if (!form || form.planar || weight?.shape.length !== 2) return undefined;
    const factors = ['alpha', 'beta'].map((name) => of.attributes.get(name)?.value ?? 1);
    if (factors.some((factor) => factor !== 1) || intAttribute(of, 'transA', 0) === 1) return undefined;
    const transposed = intAttribute(of, 'transB', 0) === 1;
    const [outputs, inputs] = transposed ? weight.shape : weight.shape.toReversed();
    if (inputs !== form.channels) return undefined;
    const bias = of.inputs[2] ? constantTensor(this.#graph, of.inputs[2]) : undefined;
    if (of.inputs[2] && bias?.size !== outputs) return undefined;
    const numbers = weight.toFloat32();
    const rows = transposed ? numbers : transpose(numbers, inputs!, outputs!);
    return through(form, of, { weight: rows, outputs: outputs!, window: onePlace, bias });
  }

  /** Every other place, as shortcuts without weights take them. */
  #subsampled({ inputs }: Node): LinearForm | undefined {
    const form = this.#plain(inputs[0]!);
    const [starts, ends, axes, steps] = inputs.slice(1).map((name) => this.#numbers(name));
    if (!form?.planar || !starts || !ends || !axes || !steps) return undefined;
    const plainly = starts.every((start) => start === 0) && ends.every((end) => end >= 2 ** 31 - 1);
    const strides: [number, number] = [1, 1];
    for (const [i, axis] of axes.entries()) {
      const place = (axis < 0 ? axis + 4 : axis) - 2;
      if (place < 0 || steps[i]! < 1) return undefined;
      strides[place] = steps[i]!;
    }
    const terms = form.terms.map((term) => ({ ...term, window: { ...onePlace, strides } }));
    return plainly ? { ...form, terms } : undefined;
  }

  /** Silent channels before and behind. */
  #padded(of: Node): LinearForm | undefined {
    const form = this.of(of.inputs[0]!);
    const pads = this.#numbers(of.inputs[1] ?? '');
    const value = of.inputs[2] ? this.#numbers(of.inputs[2])?.[0] : 0;
    const isZero = stringAttribute(of, 'mode', 'constant') === 'constant' && value === 0;
    if (!form?.planar || form.current !== undefined || !isZero || pads?.length !== 8 || of.inputs[3])
      return undefined;
    const [before, behind] = [pads[1]!, pads[5]!];
    if (pads.some((pad, i) => pad < 0 || (pad !== 0 && i % 4 !== 1))) return undefined;
    const channels = before + form.channels + behind;
    const biases = new Float64Array(channels);
    biases.set(form.biases, before);
    const terms = form.terms.map((term) => {
      const perOutput = term.weights.length / form.channels;
      const weights = new Float32Array(channels * perOutput);
      weights.set(term.weights, before * perOutput);
      return { ...term, weights };
    });
    return { ...form, channels, terms, biases };
  }

  /** A sum of spikes that nothing has multiplied yet. */
  #plain(value: string): LinearForm | undefined {
    const form = this.of(value);
    const isPlain =
      form &&
      form.current === undefined &&
      form.biases.every((bias) => bias === 0) &&
      form.terms.every(({ operator, window }) => operator === undefined && window === onePlace);
    return isPlain && form.terms.every(({ channels }) => channels === form.channels) ? form : undefined;
  }

  #numbers(value: string): readonly number[] | undefined {
    const tensor = constantTensor(this.#graph, value);
    return tensor && [...tensor.toNumbers()];
  }
}

/** The spikes of a layer, each as its amplitude at its own place. */
function spikesOf({ channels, planar, events, amplitudes }: EventLayer): LinearForm {
  const weights = new Float32Array(channels * channels);
  for (let c = 0; c < channels; c++) weights[c * channels + c] = amplitudes[c]!;
  const term: EventTerm = { events, channels, window: onePlace, weights };
  return { channels, planar, terms: [term], current: undefined, biases: new Float64Array(channels) };
}

interface LinearOperator {
  /** [outputs, channels, window height, window width] */
  readonly weight: Float32Array;
  readonly outputs: number;
  readonly window: Window;
  readonly bias: Tensor | undefined;
}

/** What an operator makes of plain spikes. */
function through(
  form: LinearForm,
  { name }: Node,
  { weight, outputs, window, bias }: LinearOperator,
): LinearForm {
  const { channels } = form;
  const places = weight.length / outputs / channels;
  const terms = form.terms.map((term): EventTerm => {
    // What the diagonal holds are the amplitudes.
    const weights = weight.map((number, i) => {
      const c = Math.floor(i / places) % channels;
      return number * term.weights[c * channels + c]!;
    });
    return { events: term.events, channels, window, weights, operator: name };
  });
  const biases = bias ? bias.toNumbers() : new Float64Array(outputs);
  return { ...form, channels: outputs, terms, biases };
}

/** A constant as one number a channel. */
export function byChannel(
  tensor: Tensor,
  { channels, planar }: Pick<LinearForm, 'channels' | 'planar'>,
): Float64Array | undefined {
  const numbers = tensor.toNumbers();
  if (numbers.length === 1) return new Float64Array(channels).fill(numbers[0]!);
  const behind = planar ? 2 : 0;
  const axis = tensor.shape.length - 1 - behind;
  return numbers.length === channels && tensor.shape[axis] === channels ? numbers : undefined;
}

function transpose(numbers: Float32Array, rows: number, columns: number): Float32Array {
  return numbers.map((_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)]!);
}
