import { logitsOf } from '../../analysis/logits-of.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import { freezeShapes } from '../../differentiation/freeze-shapes.ts';
import { GraphError } from '../../errors.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { samplesOf, withInputs } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { Random } from '../../random.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { taskNamed } from '../../tasks/tasks.ts';
import type { ComparedBatch } from '../search/compared-batch.ts';
import { outputPrecision } from '../search/output-judge.ts';

/** Errors whose effect is wanted: `proportional` to the activation, as quantisation makes them, or `equal` at all positions. */
export type ErrorSpread = 'proportional' | 'equal';

/** How much the positions of a value matter, along each axis after the batch. */
export interface PositionImportance {
  /** Shape of the value for one image, the batch in front. */
  readonly shape: readonly number[];
  /** For each axis of the shape, importance by position, summed over all else. */
  readonly axes: readonly Float64Array[];
}

/** A value of the source network, for example a spike site's. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Draws of a class for each image. */
const draws = 2;

/**
 * Importance of each position of each value: E[g²] for equal errors, E[(g·x)²] for proportional ones, x its activation and g the
 * gradient of ln p(y) with the class y drawn from the network's own probabilities. Half of E[g²] is, to second order, the
 * divergence of the output for an error of mean square 1 (the diagonal of Fisher's information).
 *
 * @param batches images with logits
 * @returns by site name; undefined if an operator of the network has no gradient
 */
export async function positionImportance(
  source: Model,
  sites: readonly NamedValue[],
  batches: readonly ComparedBatch[],
  threads: number,
  errors: ErrorSpread = 'proportional',
): Promise<Map<string, PositionImportance> | undefined> {
  const prepared = await withGradients(source, sites, batches[0]!).catch((error: unknown) => {
    if (error instanceof GraphError) return undefined;
    throw error;
  });
  if (!prepared) return undefined;
  const { model, gradients } = prepared;
  const session = await OrtSession.create(model, { threads });
  const importance = new Map<string, PositionImportance>();
  const random = new Random(1);
  const draw = targetDraw(batches, random);
  try {
    for (const { image, logits } of eachImage(batches)) {
      for (let i = 0; i < draws; i++) {
        const target = { shape: [1, logits.length], data: draw(logits) };
        const outputs = await session.run(
          withInputs(image, source.graph.inputs[0]!.name, { [targetName]: target }),
        );
        for (const { name, value } of sites) {
          const gradient = lookUp(outputs, lookUp(gradients, value, 'gradient of'), 'output');
          const sum = importance.get(name) ?? noImportance(gradient.shape);
          importance.set(name, sum);
          const activation = lookUp(outputs, value, 'output').data as Float32Array;
          const effects = gradient.data.map((g, i) => (errors === 'equal' ? g : g * activation[i]!) ** 2);
          add(sum, effects);
        }
      }
    }
  } finally {
    await session.release();
  }
  return importance;
}

/**
 * Draws what the gradient is taken towards: a class of each distribution by the network's own probabilities; for an output that is no scores of
 * classes, a normal deviation from it, whose log-likelihood has the gradient ε / σ towards each number.
 */
function targetDraw(
  batches: readonly ComparedBatch[],
  random: Random,
): (logits: Float32Array) => Float32Array {
  const classes = distributionOf(batches[0]!);
  if (classes !== undefined) {
    return (logits) => {
      const target = new Float32Array(logits.length);
      for (let from = 0; from < logits.length; from += classes)
        target[from + drawClass(logits.subarray(from, from + classes), random)] = 1;
      return target;
    };
  }
  const scale = Math.sqrt(outputPrecision(batches));
  return (logits) => logits.map(() => scale * random.normal());
}

/** Scores of each distribution that the output consists of; `undefined` where it is numbers. */
function distributionOf({ task, output }: ComparedBatch): number | undefined {
  return taskNamed(task).distribution?.(output);
}

const targetName = 'tuning.target';

/** The source network for one image, with ln p(target) differentiated by all values, or the product of target and output where that has no classes. */
async function withGradients(source: Model, sites: readonly NamedValue[], batch: ComparedBatch) {
  const { classes } = batch;
  const distribution = distributionOf(batch);
  const frozen = await freezeShapes(source);
  const { graph } = frozen;
  const logits = logitsOf(frozen).name;
  graph.addInput({ name: targetName, dataType: 'float32', shape: [1, classes] });
  const build = new GraphBuilder(graph, 'tuning.');
  const flat = build.op('Reshape', [logits, build.integers('row', [-1, distribution ?? classes])]);
  const likelihoods = distribution === undefined ? flat : build.op('LogSoftmax', [flat], { axis: -1 });
  const row = build.op('Reshape', [likelihoods, build.integers('whole', [1, -1])]);
  const chosen = build.op('Mul', [row, targetName]);
  const loss = build.op('ReduceSum', [chosen], { keepdims: 0 }, { name: 'loss' });
  const values = sites.map(({ value }) => value);
  const { model, gradients } = await differentiate(frozen, loss, values);
  model.graph.setOutputs(
    [...values, ...gradients.values()].map((name) => ({
      name,
      dataType: 'float32' as const,
      shape: undefined,
    })),
  );
  return { model, gradients };
}

function* eachImage(batches: readonly ComparedBatch[]) {
  for (const batch of batches) {
    const { logits, classes } = batch;
    for (const [i, image] of samplesOf(batch).entries()) {
      yield { image, logits: logits.subarray(i * classes, (i + 1) * classes) };
    }
  }
}

function drawClass(logits: Float32Array, random: Random): number {
  const largest = logits.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (value) => Math.exp(value - largest));
  let left = random.uniform(
    0,
    weights.reduce((a, b) => a + b, 0),
  );
  return Math.max(
    0,
    weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    }),
  );
}

function noImportance(shape: readonly number[]): PositionImportance {
  return { shape, axes: shape.map((length) => new Float64Array(length)) };
}

function add({ shape, axes }: PositionImportance, effects: ArrayLike<number>): void {
  let inner = effects.length;
  for (const [axis, length] of shape.entries()) {
    inner /= length;
    const sums = axes[axis]!;
    for (let i = 0; i < effects.length; i++) sums[Math.floor(i / inner) % length]! += effects[i]!;
  }
}
