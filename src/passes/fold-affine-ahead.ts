import { constantTensor } from '../analysis/constant-tensor.ts';
import type { Graph } from '../graph/graph.ts';
import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import type { ChannelAffine } from './channel-affine.ts';

/** Whether a per-channel map of a value can become part of the weights of an operator that reads it. */
export function foldableAhead(graph: Graph, reader: Node, value: string): boolean {
  const [input, weight, bias] = reader.inputs;
  if (reader.domain !== '' || input !== value || !constantTensor(graph, weight ?? '')) return false;
  if (bias && !constantTensor(graph, bias)) return false;
  if (reader.opType === 'Gemm') return intAttribute(reader, 'transA', 0) === 0;
  return reader.opType === 'Conv' && !isPadded(reader);
}

/** At a padded border the shift would not be added, so that no bias can replace it. */
export function isPadded(conv: Node): boolean {
  const automatic = stringAttribute(conv, 'auto_pad', 'NOTSET');
  if (automatic.startsWith('SAME')) return true;
  return automatic === 'NOTSET' && intsAttribute(conv, 'pads', []).some((pad) => pad !== 0);
}

/** Makes a per-channel map of an operator's input part of its weights and bias. */
export function foldAhead(graph: Graph, reader: Node, { scale, shift }: ChannelAffine): void {
  const weight = constantTensor(graph, reader.inputs[1]!)!;
  const { inputOf, outputOf, outputs } = layout(reader, weight.shape);
  const values = weight.toFloat32();
  const old = reader.inputs[2] ? constantTensor(graph, reader.inputs[2])!.toNumbers() : Float64Array.of(0);
  const bias = Float64Array.from({ length: outputs }, (_, m) => (old.length === 1 ? old[0]! : old[m]!));
  // Gemm computes α·A·B + β·C.
  const [alpha, beta] = [floatAttribute(reader, 'alpha', 1), floatAttribute(reader, 'beta', 1)];
  for (let i = 0; i < values.length; i++) {
    bias[outputOf(i)]! += (alpha / beta) * values[i]! * shift[inputOf(i)]!;
  }
  const scaled = values.map((value, i) => value * scale[inputOf(i)]!);
  const names = [
    graph.addInitializer(`${reader.name}.weight.folded`, Tensor.float32(weight.shape, scaled)),
    graph.addInitializer(`${reader.name}.bias.folded`, Tensor.float32([outputs], bias)),
  ];
  graph.update(reader, { inputs: [reader.inputs[0]!, ...names] });
}

function layout(reader: Node, [first = 1, second = 1, ...kernel]: readonly number[]) {
  if (reader.opType === 'Gemm') {
    const transposed = intAttribute(reader, 'transB', 0) === 1;
    const [row, column] = [(i: number) => Math.floor(i / second), (i: number) => i % second];
    return transposed
      ? { inputOf: column, outputOf: row, outputs: first }
      : { inputOf: row, outputOf: column, outputs: second };
  }
  const area = sizeOf(kernel);
  const perGroup = first / intAttribute(reader, 'group', 1);
  const outputOf = (i: number) => Math.floor(i / (second * area));
  const inputOf = (i: number) =>
    Math.floor(outputOf(i) / perGroup) * second + (Math.floor(i / area) % second);
  return { inputOf, outputOf, outputs: first };
}
