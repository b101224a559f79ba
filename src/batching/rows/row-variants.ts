import { Graph } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Attribute, type Node, node } from '../../graph/node.ts';
import { cloneNode } from '../../graph/operation.ts';
import { rowShape } from './row-form.ts';

/** Shapes for one image of the values that depend on it, by name. */
export type SingleShapes = ReadonlyMap<string, readonly number[]>;

/** Appends operators that make the row form of a node's outputs from the row forms of its inputs. */
export type RowVariant = (build: GraphBuilder) => void;

/** Operators that change the shape of their first input, and nothing else. */
const views = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Axis that an operator works on when it does not say. */
const defaultAxes: Readonly<Record<string, number>> = { Gather: 0, Split: 0, ArgMax: 0, ArgMin: 0 };

/**
 * Ways to compute a node for many images where it was made for one, the cheapest first. All but the last may be wrong for
 * a node, depending on its attributes and shapes: they have to be tried. The last one goes from image to image.
 */
export function rowVariants(of: Node, shapes: SingleShapes): RowVariant[] {
  const asItIs: RowVariant = ({ graph }) => graph.append(cloneNode(of));
  const more = views.has(of.opType) ? [asView(of, shapes)] : [withAxesMoved(of, shapes)];
  if (of.opType === 'Gemm') more.push(withRowsMerged(of, shapes));
  return [asItIs, ...more, imageByImage(of, shapes)];
}

function asView(of: Node, shapes: SingleShapes): RowVariant {
  return (build) => reshape(build, of.inputs[0]!, rowShape(shapes.get(of.outputs[0]!)!), of.outputs[0]!);
}

/** All inputs as [R, …S], of one rank, and the node working one axis further behind. */
function withAxesMoved(of: Node, shapes: SingleShapes): RowVariant {
  return (build) => {
    const rank = Math.max(...of.inputs.map((name) => shapes.get(name)?.length ?? 0));
    const inputs = of.inputs.map((name) => {
      const shape = shapes.get(name);
      const aligned = shape && [...Array(rank - shape.length).fill(1), ...shape];
      return !aligned || isRowShape(aligned) ? name : reshape(build, name, aligned);
    });
    const isDone = (name: string) => !name || isRowShape(shapes.get(name)!);
    const outputs = of.outputs.map((name) =>
      isDone(name) ? name : build.graph.freshName(`${name}.stacked`),
    );
    const copy = cloneNode(of);
    build.graph.append({ ...copy, inputs, outputs, attributes: movedAttributes(copy, rank) });
    for (const [i, name] of of.outputs.entries()) {
      if (!isDone(name)) reshape(build, outputs[i]!, rowShape(shapes.get(name)!), name);
    }
  };
}

/** Whether R images have the shape [R, …single]. */
function isRowShape(single: readonly number[]): boolean {
  return single[0] !== 1;
}

function movedAttributes({ opType, attributes }: Node, rank: number): Map<string, Attribute> {
  const moved = new Map(attributes);
  const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
  const behind = (axis: number) => (axis < 0 ? axis : axis + 1);
  const axis = attributes.get('axis') ?? { kind: 'int', value: defaultAxes[opType] };
  if (axis.kind === 'int' && axis.value !== undefined) {
    moved.set('axis', { kind: 'int', value: behind(axis.value) });
  }
  const axes = attributes.get('axes');
  if (axes?.kind === 'ints') moved.set('axes', ints(axes.value.map(behind)));
  if (opType === 'Transpose') {
    const perm = attributes.get('perm');
    const order = perm?.kind === 'ints' ? perm.value : Array.from({ length: rank }, (_, i) => rank - 1 - i);
    moved.set('perm', ints([0, ...order.map((each) => each + 1)]));
  }
  return moved;
}

/** A matrix for each image as one high matrix. */
function withRowsMerged(of: Node, shapes: SingleShapes): RowVariant {
  return (build) => {
    const [left, ...others] = of.inputs as [string, ...string[]];
    const name = of.outputs[0]!;
    const merged = build.op('Reshape', [left, build.integers('merged', [-1, shapes.get(left)!.at(-1)!])]);
    const product = build.graph.freshName(`${name}.merged`);
    build.graph.append({ ...cloneNode(of), inputs: [merged, ...others], outputs: [product] });
    const split = build.integers('split', [-1, ...rowShape(shapes.get(name)!)]);
    build.graph.append(node('Reshape', [product, split], [name], {}, { name: `${name}.split` }));
  };
}

/** A Scan over the images, the node as it is inside. */
function imageByImage(of: Node, shapes: SingleShapes): RowVariant {
  return ({ graph }) => {
    const body = new Graph('image');
    const scanned = [...new Set(of.inputs.filter((name) => shapes.has(name)))];
    const inside = (name: string) => `${of.name}.image.${name}`;
    const view = (from: string, shape: readonly number[], to: string) => {
      const constant = node('Constant', [], [`${to}.shape`], { value_ints: shape });
      body.append(constant, node('Reshape', [from, `${to}.shape`], [to]));
    };
    for (const name of scanned) {
      body.addInput({ name: inside(`${name}.row`), dataType: undefined, shape: undefined });
      view(inside(`${name}.row`), shapes.get(name)!, inside(name));
    }
    const outputs = of.outputs.filter((name) => name);
    body.append({
      ...cloneNode(of),
      name: inside(of.name),
      inputs: of.inputs.map((name) => (scanned.includes(name) ? inside(name) : name)),
      outputs: of.outputs.map((name) => name && inside(name)),
    });
    for (const name of outputs) {
      view(inside(name), rowShape(shapes.get(name)!), inside(`${name}.row`));
      body.addOutput({ name: inside(`${name}.row`), dataType: undefined, shape: undefined });
    }
    const attributes = { body, num_scan_inputs: scanned.length };
    graph.append(node('Scan', scanned, outputs, attributes, { name: `${of.name}.imageByImage` }));
  };
}

/** Gives the rows of a value another shape. @param output name of the result; default: a fresh one */
function reshape(build: GraphBuilder, value: string, shape: readonly number[], output?: string): string {
  const name = output ?? build.graph.freshName(`${value}.rows`);
  // A length of 0 stands for the number of images, which stays.
  const lengths = build.integers(`${name}.shape`, [0, ...shape]);
  build.graph.append(
    node('Reshape', [value, lengths], [name], {}, { name: build.graph.freshName(`${name}.view`) }),
  );
  return name;
}
