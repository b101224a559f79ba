import type { Placement } from '../analysis/placement.ts';
import { UsageError } from '../errors.ts';
import { lookUp } from '../look-up.ts';
import { CorrelationObserver } from '../quantisers/correlation-observer.ts';
import { outputAxis } from '../quantisers/output-axis.ts';
import { readWeights } from '../quantisers/read-weights.ts';
import { type RoundingName, roundingNamed } from '../quantisers/roundings/roundings.ts';
import { quantiseWeights, weightBitRange } from '../quantisers/weight-quantiser.ts';
import type { MeasuredSource } from '../sessions/measure-source.ts';
import { type CalibrationBatches, type ObserveOptions, observeSites } from '../sessions/observe-sites.ts';
import type { FewBitWeight, FewBitWeights } from '../spiking/few-bit-weights.ts';
import { type QuantisedOperator, quantisationPlaces } from './quantisation-places.ts';

/** Bits of an operator's weights, 2…8; `source` for the source network's numbers as they are. */
export type Bits = number | 'source';

/** In how many bits a spiking network has its weights. */
export interface WeightChoice {
  /**
   * Bits of the weights of all operators that spikes reach, directly or through pooling and sums; of those that they do not reach, such
   * as the first layer, 8, as in a quantised network.
   */
  readonly bits: Bits;
  /** Bits of operators by their names, instead. */
  readonly operators?: Readonly<Record<string, Bits>> | undefined;
  /** How they are rounded. Default `nearest`. */
  readonly rounding?: RoundingName | undefined;
}

/**
 * Rounds the weights of a source network to few bits, with a scale for each output channel. Where the rounding makes use of inputs, those of
 * MatMul and Gemm are seen on calibration batches; weights of other operators are rounded to nearest.
 *
 * @param sites where neurons stand
 * @param batches calibration batches; without them all is rounded to nearest
 * @throws UsageError if bits are not 2…8, or are for an operator that is not there
 */
export async function chooseWeights(
  source: MeasuredSource,
  sites: readonly Placement[],
  choice: WeightChoice,
  batches: CalibrationBatches | undefined,
  options: ObserveOptions,
): Promise<FewBitWeights> {
  const { operators } = quantisationPlaces(source, sites);
  checkChoice(choice, operators);
  const rounding = roundingNamed(choice.rounding ?? 'nearest');
  const numbers = await readWeights(source);
  const chosen = operators.flatMap((each) => {
    const bits = bitsOf(each, choice);
    return bits === 'source' ? [] : [{ ...each, bits }];
  });
  const inputs =
    rounding.readsInputs && batches
      ? await observeInputs(source, chosen, batches, options)
      : new Map<string, CorrelationObserver>();
  return new Map(
    chosen.map(({ operator: { node, weights }, bits }) => {
      const own = weights.map(({ input, value }): FewBitWeight => {
        const tensor = lookUp(numbers, value, 'numbers of weight');
        const axis = outputAxis(node, input, tensor.shape.length);
        const correlations = inputs.get(node.name)?.finish();
        return { input, ...quantiseWeights(tensor, axis, bits, { rounding, correlations }) };
      });
      return [node.name, own];
    }),
  );
}

function bitsOf({ operator, sites }: QuantisedOperator, { bits, operators = {} }: WeightChoice): Bits {
  const own = operators[operator.node.name];
  if (own !== undefined || bits === 'source') return own ?? bits;
  return sites.length > 0 ? bits : weightBitRange.most;
}

/** Operators whose weights are a matrix that rows of the input are multiplied by, with what they read. */
async function observeInputs(
  source: MeasuredSource,
  chosen: readonly QuantisedOperator[],
  batches: CalibrationBatches,
  options: ObserveOptions,
): Promise<Map<string, CorrelationObserver>> {
  const linear = chosen.flatMap(({ operator: { node, operands, weights } }) => {
    const [operand, weight] = [operands[0], weights[0]];
    if (!operand || !weight || operand.input !== 0 || !['MatMul', 'Gemm'].includes(node.opType)) return [];
    if (node.opType === 'Gemm' && node.attributes.has('transA')) return [];
    const shape = lookUp(source.shapes, weight.value, 'shape of weight');
    if (shape.length !== 2) return [];
    const length = shape[1 - (outputAxis(node, weight.input, 2) ?? 0)]!;
    const place = { name: node.name, value: operand.value, readers: [] };
    return [{ place, observer: new CorrelationObserver(length) }];
  });
  const observers = new Map(linear.map(({ place, observer }) => [place.name, observer]));
  const places = linear.map(({ place }) => place);
  await observeSites(source, places, observers, batches, options);
  return observers;
}

function checkChoice({ bits, operators = {} }: WeightChoice, known: readonly QuantisedOperator[]): void {
  const { fewest, most } = weightBitRange;
  for (const each of [bits, ...Object.values(operators)]) {
    if (each === 'source' || (Number.isInteger(each) && each >= fewest && each <= most)) continue;
    throw new UsageError({
      where: 'bits of weights',
      expected: `a whole number from ${fewest} to ${most}, or source`,
      got: String(each),
      remedy: 'Give for example 4',
      means: ['weightBits'],
    });
  }
  const names = new Set(known.map(({ operator }) => operator.node.name));
  const strange = Object.keys(operators).filter((name) => !names.has(name));
  if (strange.length === 0) return;
  throw new UsageError({
    where: 'bits of weights',
    expected: 'names of synaptic operators of the network',
    got: strange.slice(0, 5).join(', '),
    remedy: 'See inspect for the names of operators',
    means: ['weightBits'],
  });
}
