import { definePass } from '../../graph/define-pass.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { type InputBatch, joinSamples, sampleCount } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import type { BiasCorrections } from '../../spiking/bias-correction.ts';
import type { ComparedBatch } from '../search/compared-batch.ts';
import type { PositionImportance } from '../sensitivity/output-gradients.ts';
import type { CorrectableOperator } from './correctable-operators.ts';
import { addChannelMeans, type CountedOperator, selfCorrecting } from './self-correcting-network.ts';

/** What {@link measureCorrections} needs. */
export interface CorrectionOptions {
  /** The cleaned source network. */
  readonly source: Model;
  readonly operators: readonly CorrectableOperator[];
  /** How much the positions of each operator's output matter, by operator; all alike where it is missing. */
  readonly importance: ReadonlyMap<string, PositionImportance> | undefined;
  readonly batches: readonly ComparedBatch[];
  readonly threads: number;
}

/**
 * Measures the mean error of each output channel of each operator after the last step, operator by operator in topological
 * order: what a correction sets right, those behind it no longer see. All in one run, of a network that corrects itself by
 * the means over the images at hand. Positions count by their importance.
 *
 * With y the source network's output and z the spiking one's, for image i and channel c, the errors are e = a·y − z, a being the
 * ratio of their spreads, √(Σ(z − z̄)² / Σ(y − ȳ)²) with the channels' means over the images, and at most 1. Where spikes are few, what tells
 * images apart shrinks, and normalisation behind it undoes what the mean shrinks with it; a mean as large as the source's would
 * outweigh it. The correction is ē·max(0, 1 − s²/ē²), s being the standard error of the mean ē over the images: what
 * may be chance is not corrected.
 *
 * Nagel, van Baalen, Blankevoort, Welling: Data-Free Quantization Through Weight Equalization and Bias Correction, ICCV 2019,
 * arXiv:1906.04721, section 4.2 (bias correction, in its empirical form). Differs from the paper, in which a = 1: weighted positions, the
 * factor a, and the allowance for chance.
 */
export async function measureCorrections(
  spiking: Model,
  steps: number,
  options: CorrectionOptions,
): Promise<BiasCorrections> {
  const images = joinBatches(options.batches, imagesThatFit(options.operators, steps));
  const counted = options.operators.flatMap((operator) => {
    const weights = positionWeights(operator, options.importance?.get(operator.name));
    return weights ? [{ operator, weights }] : [];
  });
  if (counted.length === 0) return new Map();
  const wanted = await sourceMeans(images, counted, options);
  const { model, outputs } = selfCorrecting(spiking, steps, sampleCount(images), counted, wanted);
  const session = await OrtSession.create(model, { threads: options.threads, keepScratch: false });
  try {
    const measured = await session.run(images);
    return new Map(
      counted.map(({ operator }) => {
        const { shape, data } = lookUp(
          measured,
          lookUp(outputs, operator.name, 'output of operator'),
          'output',
        );
        return [operator.name, Tensor.float32(shape, data)];
      }),
    );
  } finally {
    await session.release();
  }
}

/** Bytes of the largest output over all images and steps; neurons as standard operators hold several values of this size. */
const mostBytes = 2 ** 28;

function imagesThatFit(operators: readonly CorrectableOperator[], steps: number): number {
  const sizes = operators.map(({ shape }) => 4 * steps * sizeOf(shape));
  return Math.floor(mostBytes / Math.max(1, ...sizes));
}

/** The first batches as one, of at most this many images if it can be. */
function joinBatches(all: readonly ComparedBatch[], most: number): InputBatch {
  let images = 0;
  const batches = all.filter((batch, i) => {
    images += sampleCount(batch);
    return i === 0 || images <= most;
  });
  return joinSamples(batches);
}

/** [1, …] with 1 for the channels; undefined where nothing reads the output. */
function positionWeights(
  { shape, axis }: CorrectableOperator,
  importance: PositionImportance | undefined,
): Tensor | undefined {
  const along = shape.map((length, i) => {
    if (i === 0 || i === axis) return [1];
    const own = Array.from(importance?.axes[i] ?? new Float64Array(length).fill(1));
    const total = own.reduce((a, b) => a + b, 0);
    return own.map((value) => value / total);
  });
  if (along.flat().some(Number.isNaN)) return undefined;
  const values = along.reduce((outer, own) => outer.flatMap((a) => own.map((b) => a * b)), [1]);
  return Tensor.float32(
    along.map(({ length }) => length),
    values,
  );
}

/** A copy of a source network that gives the means of these operators' channels, in their order, and nothing else. */
const withChannelMeans = definePass({
  name: 'channel-means',
  summary: 'Means of the channels of operators become the only outputs.',
  rewrites: 'copy',
  apply(source: Model, counted: readonly CountedOperator[]): { model: Model; outputs: readonly string[] } {
    const model = source.clone();
    const build = new GraphBuilder(model.graph, 'correction.');
    const outputs = counted.map((each) => addChannelMeans(build, model.opset, each.operator.value, each));
    model.graph.setOutputs(outputs.map((name) => ({ name, dataType: 'float32', shape: undefined })));
    model.graph.removeDeadNodes();
    return { model, outputs };
  },
});

/** What the channels should be, for each image: [N, C] by operator. */
async function sourceMeans(
  images: InputBatch,
  counted: readonly CountedOperator[],
  { source, threads }: CorrectionOptions,
): Promise<Map<string, FloatTensor>> {
  const { model, outputs } = withChannelMeans(source, counted);
  const session = await OrtSession.create(model, { threads, keepScratch: false });
  try {
    const means = await session.run(images);
    return new Map(counted.map(({ operator }, i) => [operator.name, lookUp(means, outputs[i]!, 'output')]));
  } finally {
    await session.release();
  }
}
