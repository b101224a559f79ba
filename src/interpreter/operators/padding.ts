import { floatAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { axisOf, inputAt, integersArgument, operatorError, scalarInput } from './arguments.ts';
import { takeAlongAxis } from './axis-lines.ts';
import type { Operator, OperatorFamily } from './operator.ts';

/** Where a coordinate outside 0…length−1 takes its value from; −1 for the constant. */
type Border = (coordinate: number, length: number) => number;

const borders: Readonly<Record<string, Border>> = {
  constant: () => -1,
  edge: (at, length) => Math.min(Math.max(at, 0), length - 1),
  wrap: (at, length) => ((at % length) + length) % length,
  reflect: (at, length) => {
    const period = Math.max(1, 2 * (length - 1));
    const folded = ((at % period) + period) % period;
    return Math.min(folded, period - folded);
  },
};

function borderOf(node: Node): Border {
  const mode = stringAttribute(node, 'mode', 'constant');
  const border = borders[mode];
  if (border) return border;
  throw operatorError(node, `mode = ${Object.keys(borders).join(', ')}`, `'${mode}'`);
}

/** All befores, then all afters; negative numbers cut off. Pads and constant are attributes up to operator set 10. */
const pad: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const rank = x.shape.length;
  const pads = integersArgument(inputs, 1, node, 'pads') ?? [];
  const fill = scalarInput(inputs, 2, node, floatAttribute(node, 'value', 0));
  const given = inputs[3] ? [...inputs[3].data] : x.shape.map((_, axis) => axis);
  if (pads.length !== 2 * given.length) {
    throw operatorError(node, `${2 * given.length} pads`, `${pads.length}`);
  }
  const border = borderOf(node);
  const padded = given.reduce((array, each, i) => {
    const axis = axisOf(each, rank, node);
    const length = x.shape[axis]!;
    const [before, after] = [pads[i]!, pads[i + given.length]!];
    const indices = Array.from({ length: Math.max(0, before + length + after) }, (_, j) => {
      const at = j - before;
      return at >= 0 && at < length ? at : border(at, length);
    });
    return takeAlongAxis(array, axis, indices, fill);
  }, x);
  return [padded];
};

/** Operators that add a border. */
export const paddings: OperatorFamily = { Pad: pad };
