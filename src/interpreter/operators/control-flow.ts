import type { Graph } from '../../graph/graph.ts';
import { graphAttribute, intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { type NdArray, scalar } from '../nd-array.ts';
import { allInputs, axisOf, inputAt, onlyElement, operatorError, scalarInput } from './arguments.ts';
import { takeAlongAxis } from './axis-lines.ts';
import type { Operator, OperatorFamily } from './operator.ts';
import { concat } from './shape.ts';

const ifOperator: Operator = (inputs, node, { evaluateBody }) => {
  const condition = onlyElement(inputAt(inputs, 0, node), node);
  return evaluateBody(graphAttribute(node, condition ? 'then_branch' : 'else_branch'), []);
};

/** Body: (iteration, condition, carried…) -> (condition, carried…, scanned…). */
const loop: Operator = (inputs, node, { evaluateBody }) => {
  const body = graphAttribute(node, 'body');
  const limit = scalarInput(inputs, 0, node, Number.POSITIVE_INFINITY);
  const width = inputs.length - 2;
  let going = scalarInput(inputs, 1, node, 1);
  let carried = Array.from({ length: width }, (_, i) => inputAt(inputs, i + 2, node));
  const scanned: NdArray[][] = [];
  for (let i = 0; i < limit && going; i++) {
    const [condition, ...rest] = evaluateBody(body, [scalar(i, 'int'), scalar(going, 'bool'), ...carried]);
    going = onlyElement(condition!, node);
    carried = rest.slice(0, width);
    scanned.push(rest.slice(width));
  }
  const stacked = body.outputs
    .slice(1 + width)
    .map((_, i) => stackOutput(scanned, i, body, 1 + width, 0, node));
  return [...carried, ...stacked];
};

/** Body: (state…, one slice of each scanned input) -> (state…, one slice of each scanned output). */
const scan: Operator = (inputs, node, { evaluateBody }) => {
  const body = graphAttribute(node, 'body');
  const all = allInputs(inputs, node);
  const scanCount = intAttribute(node, 'num_scan_inputs');
  const width = all.length - scanCount;
  const zeros = (count: number) => new Array<number>(count).fill(0);
  const inputAxes = intsAttribute(node, 'scan_input_axes', zeros(scanCount));
  const backwards = intsAttribute(node, 'scan_input_directions', zeros(scanCount));
  const sequences = all.slice(width).map((array, i) => ({
    array,
    axis: axisOf(inputAxes[i]!, array.shape.length, node),
    backwards: backwards[i] === 1,
  }));
  const length = commonLength(sequences, node);
  let state = all.slice(0, width);
  const scanned: NdArray[][] = [];
  for (let step = 0; step < length; step++) {
    const slices = sequences.map((each) =>
      sliceAt(each.array, each.axis, each.backwards ? length - 1 - step : step),
    );
    const outputs = evaluateBody(body, [...state, ...slices]);
    state = outputs.slice(0, width);
    scanned.push(outputs.slice(width));
  }
  const outputCount = body.outputs.length - width;
  const outputAxes = intsAttribute(node, 'scan_output_axes', zeros(outputCount));
  const reversed = intsAttribute(node, 'scan_output_directions', zeros(outputCount));
  const stacked = Array.from({ length: outputCount }, (_, i) => {
    const steps = reversed[i] === 1 ? scanned.toReversed() : scanned;
    return stackOutput(steps, i, body, width, outputAxes[i]!, node);
  });
  return [...state, ...stacked];
};

/** @throws RuntimeError if the scanned axes have different lengths */
function commonLength(sequences: readonly { array: NdArray; axis: number }[], of: Node): number {
  const lengths = sequences.map(({ array, axis }) => array.shape[axis]!);
  if (new Set(lengths).size === 1) return lengths[0]!;
  throw operatorError(of, 'scanned inputs of one length', `lengths ${lengths.join(', ') || '(no input)'}`);
}

function sliceAt(array: NdArray, axis: number, index: number): NdArray {
  if (axis !== 0) return { ...takeAlongAxis(array, axis, [index]), shape: array.shape.toSpliced(axis, 1) };
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  return { shape, data: array.data.slice(index * size, (index + 1) * size), type: array.type };
}

/** Puts what the steps gave for one output next to each other along a new axis. */
function stackOutput(
  steps: readonly (readonly NdArray[])[],
  position: number,
  body: Graph,
  before: number,
  axis: number,
  of: Node,
): NdArray {
  const [first, ...rest] = steps.map((outputs) => outputs[position]!);
  if (!first) return emptyStack(body, before + position);
  const at = axisOf(axis, first.shape.length + 1, of);
  const widen = (array: NdArray): NdArray => ({ ...array, shape: array.shape.toSpliced(at, 0, 1) });
  return concat([widen(first), ...rest.map(widen)], at, of);
}

/** What a loop without a step gives: length 0, then the declared lengths of the body's output. */
function emptyStack(body: Graph, output: number): NdArray {
  const declared = body.outputs[output]?.shape ?? [];
  const lengths = declared.map((length) => (typeof length === 'number' ? length : 0));
  return { shape: [0, ...lengths], data: new Float64Array(0), type: 'float' };
}

/** Operators with bodies of their own. */
export const controlFlow: OperatorFamily = { If: ifOperator, Loop: loop, Scan: scan };
