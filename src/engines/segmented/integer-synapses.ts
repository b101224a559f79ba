import { neverNegative } from '../../analysis/never-negative.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { intAttribute, type Node, node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { mustExist } from '../../look-up.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import type { SiteInFloat } from '../../results/synapse-result.ts';
import { isSiteOf, type Site } from '../../spiking/neuron-node.ts';
import { convolutionOperator } from './convolution-operator.ts';
import { engineDomain, type IntegerProduct } from './integer-product.ts';
import type { Window } from './window.ts';

/** What became of a network's linear operators. */
export interface IntegerSynapses {
  /** The sites; those that feed 8-bit synapses have one threshold for both signs. */
  readonly sites: readonly Site[];
  readonly products: ReadonlyMap<string, IntegerProduct>;
  readonly left: readonly SiteInFloat[];
}

/** Largest level that fits in a byte around 128 and levels a site may have. */
const largestLevel = 127;
const mostLevels = 8;

/** A site whose thresholds differ by more than this factor would saturate, or lose resolution, with one for both. */
const largestRatio = 4;

/**
 * Puts linear operators on 8-bit synapses: each MatMul, Gemm or Conv with a constant weight that a multi-threshold site of
 * base 2 with scalar thresholds and at most 8 levels feeds becomes a node of its own, a bias after it included. Sites
 * whose θ₊ and θ₋ differ by more than a factor of 4 are left in float32.
 *
 * The spikes of such a site are whole numbers of one threshold, the smaller of θ₊ and θ₋, or θ₊ where nothing negative comes, and its largest level is 127
 * instead of 128. Where the operator is fed by something else it stays as it is.
 *
 * What that costs cannot be told from chance: on float32, DeiT-Tiny (thresholds for T = 4) gives another class for 19 % of
 * 500 images at T = 1, and for 7 % at T = 4, once all its thresholds change by 1e-6. Top-1 at T = 1, 2, 3, 4, means over
 * networks with thresholds changed by up to 7e-6: float32 67.4, 75.7, 78.8, 79.2 (8 networks); 8 bits with the smaller
 * threshold 66.5, 77.2, 78.4, 79.5 (4), with the larger one 66.5, 75.8, 78.5, 78.5 (8). Differences from float32 have a
 * standard error of 1.0, 0.7, 0.5 and 0.5. Another six networks at T = 1, 2: float32 65.2, 76.5; 8 bits with the smaller
 * threshold 67.1, 76.6; standard error 0.4. Single networks differed by −2.6 to +3.8 points at T = 1.
 *
 * @param model the network of one step
 */
export const useIntegerSynapses = definePass({
  name: 'integer-synapses',
  summary: 'Linear operators that multi-threshold neurons feed run on 8-bit synapses.',
  rewrites: 'input',
  apply(model: Model, sites: readonly Site[], steps: number): IntegerSynapses {
    const { graph } = model;
    model.opsets.set(engineDomain, 1);
    const products = new Map<string, IntegerProduct>();
    const left: SiteInFloat[] = [];
    const nonNegative = neverNegative(graph);
    const changed = sites.map((site) => {
      const found = graph
        .consumersOf(site.decoded)
        .map(
          (each) =>
            linearOperator(graph, each, site.decoded) ?? convolutionOperator(graph, each, site.decoded),
        )
        .filter((each) => each !== undefined);
      const operators = found.filter((each) => typeof each !== 'string').filter((each) => fits(each, steps));
      const reasons = new Set(found.filter((each) => typeof each === 'string'));
      for (const reason of reasons) left.push({ site: site.name, reason });
      if (operators.length === 0) return site;
      const { threshold, reason } = commonThreshold(site, nonNegative.has(site.value));
      if (threshold === undefined) {
        left.push({ site: site.name, reason });
        return site;
      }
      const levels = graph.freshName(`${site.name}.levels`);
      const neurons = mustExist(graph.producerOf(site.decoded), `neurons of site '${site.name}'`);
      graph.update(neurons, { outputs: [...neurons.outputs, levels] });
      for (const operator of operators) {
        products.set(operator.node.name, replace(graph, operator, levels, threshold));
      }
      const tensor = Tensor.float32([], [threshold]);
      return {
        ...site,
        parameters: { ...site.parameters, thresholdPositive: tensor, thresholdNegative: tensor },
      };
    });
    graph.removeDeadNodes();
    return { sites: changed, products, left };
  },
});

/** The threshold of both signs, or why there is none. */
type CommonThreshold =
  | { readonly threshold: number; readonly reason?: undefined }
  | { readonly threshold?: undefined; readonly reason: string };

/** @param positiveOnly whether nothing negative arrives */
function commonThreshold(site: Site, positiveOnly: boolean): CommonThreshold {
  if (!isSiteOf(site, multiThreshold)) return { reason: `${site.neuron.name} neurons` };
  const { base, levels } = site.attributes;
  if (base !== 2) return { reason: `levels of base ${base}` };
  if (levels > mostLevels) return { reason: `${levels} levels of each sign` };
  const { thresholdPositive, thresholdNegative } = site.parameters;
  if (thresholdPositive.size > 1 || thresholdNegative.size > 1) return { reason: 'thresholds by position' };
  const [positive, negative] = [thresholdPositive.toNumber(), thresholdNegative.toNumber()];
  // Behind a ReLU the other threshold was fitted to nothing.
  if (positiveOnly) return { threshold: positive };
  if (Math.max(positive, negative) > largestRatio * Math.min(positive, negative))
    return { reason: `θ₊/θ₋ = ${(positive / negative).toPrecision(2)}` };
  return { threshold: Math.min(positive, negative) };
}

/** x·W (+ b) with a constant weight in the graph, or the same for every place of an image. */
interface LinearOperator {
  readonly node: Node;
  readonly weight: Tensor;
  readonly transposed: boolean;
  readonly bias: Tensor | undefined;
  /** The node that adds the bias, if it is another one. */
  readonly adding: Node | undefined;
  /** What makes it a convolution. */
  readonly window?: Window;
}

function linearOperator(graph: Graph, of: Node, input: string): LinearOperator | undefined {
  if (of.domain !== '' || of.inputs[0] !== input || of.inputs[1] === input) return undefined;
  if (of.opType === 'MatMul') {
    const found = constantWeight(graph, of.inputs[1]!, false);
    return found && { node: of, ...found, ...addedBias(graph, of, found) };
  }
  if (of.opType !== 'Gemm' || !isPlainGemm(of)) return undefined;
  const found = constantWeight(graph, of.inputs[1]!, intAttribute(of, 'transB', 0) === 1);
  const bias = graph.initializers.get(of.inputs[2] ?? '');
  if (!found || (of.inputs[2] && !(bias && isVector(bias, outputsOf(found))))) return undefined;
  return { node: of, ...found, bias, adding: undefined };
}

function isPlainGemm(of: Node): boolean {
  const factor = (name: string) => of.attributes.get(name)?.value ?? 1;
  return intAttribute(of, 'transA', 0) === 0 && factor('alpha') === 1 && factor('beta') === 1;
}

/** A two-dimensional float32 weight, directly or through a Transpose. */
function constantWeight(graph: Graph, value: string, transposed: boolean) {
  const weight = graph.initializers.get(value);
  if (weight) {
    return weight.shape.length === 2 && weight.dataType === 'float32' ? { weight, transposed } : undefined;
  }
  const producer = graph.producerOf(value);
  if (producer?.opType !== 'Transpose' || producer.domain !== '') return undefined;
  const behind = graph.initializers.get(producer.inputs[0]!);
  if (behind?.shape.length !== 2 || behind.dataType !== 'float32') return undefined;
  const { value: perm } = producer.attributes.get('perm') ?? { value: [1, 0] };
  return String(perm) === '1,0' ? { weight: behind, transposed: !transposed } : undefined;
}

function outputsOf({ weight, transposed }: { weight: Tensor; transposed: boolean }): number {
  return weight.shape[transposed ? 0 : 1]!;
}

function isVector({ shape, dataType }: Tensor, length: number): boolean {
  return dataType === 'float32' && shape.length === 1 && shape[0] === length;
}

/** An Add of a constant vector that is the only reader of a product. */
function addedBias(graph: Graph, product: Node, weight: { weight: Tensor; transposed: boolean }) {
  const value = product.outputs[0]!;
  const [adding, ...others] = graph.consumersOf(value);
  const none = { bias: undefined, adding: undefined };
  if (adding?.opType !== 'Add' || others.length > 0 || graph.isOutput(value)) return none;
  const bias = graph.initializers.get(adding.inputs.find((name) => name !== value) ?? '');
  return bias && isVector(bias, outputsOf(weight)) ? { bias, adding } : none;
}

/** Whether the sum of the products over all steps stays within 32 bits. */
function fits({ weight, transposed }: LinearOperator, steps: number): boolean {
  const inputs = weight.size / outputsOf({ weight, transposed });
  return inputs * steps * largestLevel ** 2 < 2 ** 31;
}

function replace(
  graph: Graph,
  { node: old, weight, transposed, bias, adding, window }: LinearOperator,
  levels: string,
  threshold: number,
): IntegerProduct {
  const output = (adding ?? old).outputs[0]!;
  const made = node('IntegerProduct', [levels], [output], {}, { name: old.name, domain: engineDomain });
  if (adding) graph.removeNode(adding);
  graph.replaceNode(old, made);
  return {
    input: levels,
    output,
    threshold,
    weight,
    transposed,
    ...(bias && { bias }),
    ...(window && { window }),
  };
}
