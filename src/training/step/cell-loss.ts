import { columns } from '../../detection/heads/box-operators.ts';
import { times } from '../../differentiation/gradient-operators.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

/** Focal loss: share α of what is there, and power γ of how far off it is. */
const [alpha, gamma] = [0.25, 2];

/** Power of how far a cell is from the middle of an object, which makes its class less wrong. */
const nearness = 4;

/** Weight of classes beside boxes. */
const classWeight = 2;

/**
 * Appends the loss of boxes that cells tell, [N, intervals, K, 4 + C] as the detection head `cells` reads them, against targets of that shape: distances in
 * strides, 0 in cells that tell no box, and for each class the heat, 1 in the middle of an object and less around it.
 *
 * Classes: focal loss over all cells, α(1 − p)^γ·(−log p) where the heat is 1, else (1 − α)(1 − heat)⁴·p^γ·(−log(1 − p)), by the number of
 * objects (Lin et al.: Focal Loss, ICCV 2017, arXiv:1708.02002; heat as in Zhou, Wang, Krähenbühl: Objects as Points, 2019, arXiv:1904.07850). Boxes: mean of 1 − GIoU
 * over the cells that tell one (Rezatofighi et al.: Generalized Intersection over Union, CVPR 2019, arXiv:1902.09630).
 */
export function cellLoss(build: GraphBuilder, predictions: string, targets: string): string {
  const { logits, heat, middle } = classesOf(build, predictions, targets);
  const one = build.scalar('one', 1);
  const less = (value: string) => build.op('Sub', [one, value]);
  const power = (value: string, exponent: number) =>
    build.op('Pow', [value, build.scalar('power', exponent)]);
  const product = (...factors: string[]) => factors.reduce((all, each) => build.op('Mul', [all, each]));
  const probability = build.op('Sigmoid', [logits]);
  const missed = product(
    times(build, middle, alpha),
    power(less(probability), gamma),
    build.op('Softplus', [build.op('Neg', [logits])]),
  );
  const invented = product(
    times(build, less(middle), 1 - alpha),
    power(less(heat), nearness),
    power(probability, gamma),
    build.op('Softplus', [logits]),
  );
  const classes = build.op('Div', [
    total(build, build.op('Add', [missed, invented])),
    atLeastOne(build, total(build, middle)),
  ]);
  const { overlap, enclosing, union, telling } = overlaps(build, predictions, targets);
  const apart = build.op('Div', [build.op('Sub', [enclosing, union]), enclosing]);
  const wrong = product(telling, build.op('Add', [less(overlap), apart]));
  const boxes = build.op('Div', [total(build, wrong), atLeastOne(build, total(build, telling))]);
  return build.op('Add', [times(build, classes, classWeight), boxes], {}, { name: 'loss' });
}

/** Appends which share of the objects of each sample the cells in their middles tell rightly, by class and by an overlap of ½: [N]. */
export function foundCells(build: GraphBuilder, predictions: string, targets: string): string {
  const { logits, heat, middle } = classesOf(build, predictions, targets);
  const largest = (value: string) => build.op('ArgMax', [value], { axis: -1, keepdims: 0 });
  const last = { axis: -1 };
  const there = build.op('ReduceMax', [middle], { axes: [last.axis], keepdims: 0 });
  const number = (condition: string) => build.op('Cast', [condition], { to: 1 });
  const { overlap } = overlaps(build, predictions, targets);
  const near = build.op('Squeeze', [overlap, build.integers('last', [last.axis])]);
  const right = [
    there,
    number(build.op('Equal', [largest(logits), largest(heat)])),
    number(build.op('Greater', [near, build.scalar('half', 0.5)])),
  ].reduce((all, each) => build.op('Mul', [all, each]));
  const rows = (value: string) =>
    build.op('ReduceSum', [build.op('Flatten', [value], { axis: 1 }), build.integers('row', [1])], {
      keepdims: 0,
    });
  // A sample without objects has none to miss.
  const tiny = build.scalar('tiny', 1e-9);
  const guarded = (value: string) => build.op('Add', [rows(value), tiny]);
  return build.op('Div', [guarded(right), guarded(there)], {}, { name: 'hits' });
}

/** Logits and heats of the classes, and where a heat is that of a middle: 1, else 0. */
function classesOf(build: GraphBuilder, predictions: string, targets: string) {
  const behind = Number.MAX_SAFE_INTEGER;
  const [logits, heat] = [predictions, targets].map((each) => columns(build, each, 4, behind));
  const atMiddle = build.op('GreaterOrEqual', [heat!, build.scalar('middle', 1)]);
  return { logits: logits!, heat: heat!, middle: build.op('Cast', [atMiddle], { to: 1 }) };
}

/** Of the boxes of each cell, […, 1]: intersection over union, areas of the box around both and of what both cover, and 1 where a box is told, else 0. */
function overlaps(build: GraphBuilder, predictions: string, targets: string) {
  const side = (value: string, i: number) => columns(build, value, i, i + 1);
  // Along an axis the lengths of the union's hull and of what is common, by the distances from the middle.
  const along = (first: number, kind: 'Min' | 'Max') => {
    const ends = [first, first + 2].map((i) => build.op(kind, [side(predictions, i), side(targets, i)]));
    return build.op('Relu', [build.op('Add', ends)]);
  };
  const length = (value: string, first: number) =>
    build.op('Relu', [build.op('Add', [side(value, first), side(value, first + 2)])]);
  const area = (across: string, down: string) => build.op('Mul', [across, down]);
  const common = area(along(0, 'Min'), along(1, 'Min'));
  const [own, theirs] = [predictions, targets].map((each) => area(length(each, 0), length(each, 1)));
  const tiny = build.scalar('tiny', 1e-6);
  const union = build.op('Add', [build.op('Sub', [build.op('Add', [own!, theirs!]), common]), tiny]);
  const enclosing = build.op('Add', [area(along(0, 'Max'), along(1, 'Max')), tiny]);
  const told = build.op('Greater', [theirs!, build.scalar('none', 0)]);
  return {
    overlap: build.op('Div', [common, union]),
    enclosing,
    union,
    telling: build.op('Cast', [told], { to: 1 }),
  };
}

function total(build: GraphBuilder, value: string): string {
  return build.op('ReduceSum', [value], { keepdims: 0 });
}

function atLeastOne(build: GraphBuilder, value: string): string {
  return build.op('Max', [value, build.scalar('one', 1)]);
}
