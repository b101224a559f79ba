import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { definePass } from '../graph/define-pass.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { reduceSum } from '../graph/reduce-sum.ts';
import { lookUp } from '../look-up.ts';
import type { Activity, ProductCounts } from '../results/activity.ts';
import { valuesBehindBack } from '../spiking/batch-in-front.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { SpikesThrough } from './spikes-through.ts';

/** Names of the outputs that hold the counts, each [T·N]. */
export interface StatisticOutputs {
  readonly spikes: ReadonlyMap<string, string>;
  readonly products: ReadonlyMap<string, Readonly<Record<keyof ProductCounts, string>>>;
  readonly inputs: ReadonlyMap<string, string>;
}

/**
 * Adds outputs to a spiking model that count non-zero spikes per time-step and image, [T·N] each.
 * Counting per image keeps float32 sums exact up to 2^24.
 */
export const attachStatistics = definePass({
  name: 'attach-statistics',
  summary: 'Outputs are added that count spikes and synaptic operations.',
  rewrites: 'input',
  apply(model: Model, sites: readonly Site[], operators: readonly SynapticOperator[]): StatisticOutputs {
    const counter = new Counter(model);
    const spikes = new Map(sites.map((site) => [site.name, counter.count(counter.spikesOf(site))]));
    const byDecoded = new Map(sites.map((site) => [site.decoded, site]));
    const products = operators
      .filter(({ kind }) => kind === 'product')
      .flatMap((operator): [string, Record<keyof ProductCounts, string>][] => {
        const [a, b] = operator.operands.map(({ value }) => byDecoded.get(value));
        if (!a || !b) return [];
        const spike = [counter.spikesOf(a), counter.spikesOf(b)] as const;
        const sum = [counter.nonZero(a.decoded), counter.nonZero(b.decoded)] as const;
        const counts = {
          both: counter.countPairs(operator, spike[0], spike[1]),
          left: counter.countPairs(operator, spike[0], sum[1]),
          right: counter.countPairs(operator, sum[0], spike[1]),
        };
        return [[operator.node.name, counts]];
      });
    const through = new SpikesThrough(
      model.graph,
      new Map(sites.map((site) => [site.decoded, counter.spikesOf(site)])),
    );
    const inFront = new Map(
      sites.flatMap(({ name, decoded }) =>
        valuesBehindBack(model.graph, name).map((value) => [value, decoded] as const),
      ),
    );
    // Averages of numbers of spikes are rounded up: behind pooling, a position is billed for what arrives there at most.
    const several = sites.some(({ counts }) => counts !== undefined);
    const arrivals = (behind: string) => (several ? counter.roundedUp(behind) : counter.nonZero(behind));
    const inputs = operators.flatMap(({ kind, node: operator, operands }): [string, string][] => {
      const [operand] = operands;
      if (kind !== 'linear' || !operand || byDecoded.has(operand.value)) return [];
      const behind = through.of(inFront.get(operand.value) ?? operand.value);
      return behind === undefined ? [] : [[operator.name, counter.count(arrivals(behind))]];
    });
    return { spikes, products: new Map(products), inputs: new Map(inputs) };
  },
});

/** Builds the counting operators; everything is in float32, with the number of spikes of a neuron, mostly 1 or 0. */
class Counter {
  readonly #model: Model;
  readonly #build: GraphBuilder;
  readonly #nonZero = new Map<string, string>();

  constructor(model: Model) {
    this.#model = model;
    this.#build = new GraphBuilder(model.graph, 'statistics.');
  }

  /** How many spikes each neuron of a site emits. */
  spikesOf({ spikes, counts }: Site): string {
    return counts ?? this.nonZero(spikes);
  }

  /** 1 where the value is not zero. */
  nonZero(value: string): string {
    const known = this.#nonZero.get(value);
    if (known) return known;
    const made = this.#build.op('Cast', [this.#build.op('Cast', [value], { to: 9 })], { to: 1 });
    this.#nonZero.set(value, made);
    return made;
  }

  /** The next whole number; what exceeds one by a rounding error stays there. */
  roundedUp(value: string): string {
    const rounding = this.#build.scalar('rounding', 1e-3);
    return this.#build.op('Ceil', [this.#build.op('Sub', [value, rounding])]);
  }

  /** Sums everything but the leading axis into a new output [T·N]. */
  count(indicator: string): string {
    const rows = this.#build.op('Reshape', [indicator, this.#build.integers('rows', [0, -1])]);
    return this.#output(this.#sum(rows, 1));
  }

  /** Number of pairs that the operator would multiply with both operands non-zero, as a new output [T·N]. */
  countPairs(operator: SynapticOperator, a: string, b: string): string {
    if (operator.node.opType === 'MatMul') {
      // Σ over the contracted axis of (how many a) · (how many b) counts pairs without multiplying matrices.
      return this.count(this.#build.op('Mul', [this.#sum(a, -2), this.#sum(b, -1)]));
    }
    const name = this.#model.graph.freshName('statistics.pairs');
    // A bias would count as a pair.
    const inputs = operator.node.inputs.slice(0, 2);
    for (const [i, { input }] of operator.operands.entries()) inputs[input] = i === 0 ? a : b;
    this.#model.graph.append({ ...operator.node, name, domain: '', inputs, outputs: [name] });
    return this.count(name);
  }

  #sum(value: string, axis: number): string {
    return reduceSum(this.#build, this.#model.opset, value, [axis]);
  }

  #output(name: string): string {
    this.#model.graph.addOutput({ name, dataType: 'float32', shape: undefined });
    return name;
  }
}

/** Sums the outputs of a run over the batch. @param hiddenSteps number of hidden steps, which come first */
export function readActivity(
  places: StatisticOutputs,
  outputs: ReadonlyMap<string, FloatTensor>,
  steps: number,
  hiddenSteps = 0,
): Activity {
  const perStep = (name: string) => sumOverBatch(lookUp(outputs, name, 'count'), hiddenSteps + steps);
  const products = [...places.products].map(([operator, { both, left, right }]) => [
    operator,
    { both: perStep(both), left: perStep(left), right: perStep(right) },
  ]);
  return {
    hiddenSteps,
    spikes: Object.fromEntries([...places.spikes].map(([site, name]) => [site, perStep(name)])),
    products: Object.fromEntries(products),
    inputs: Object.fromEntries([...places.inputs].map(([operator, name]) => [operator, perStep(name)])),
  };
}

function sumOverBatch({ data }: FloatTensor, steps: number): number[] {
  const batch = data.length / steps;
  return Array.from({ length: steps }, (_, t) => {
    let sum = 0;
    for (let i = t * batch; i < (t + 1) * batch; i++) sum += data[i]!;
    return sum;
  });
}

/** Adds two activities of the same network. */
export function addActivity(a: Activity, b: Activity): Activity {
  const add = (x: readonly number[], y: readonly number[]) => x.map((value, i) => value + y[i]!);
  return {
    hiddenSteps: a.hiddenSteps,
    spikes: Object.fromEntries(Object.entries(a.spikes).map(([site, x]) => [site, add(x, b.spikes[site]!)])),
    inputs: Object.fromEntries(Object.entries(a.inputs).map(([name, x]) => [name, add(x, b.inputs[name]!)])),
    products: Object.fromEntries(
      Object.entries(a.products).map(([operator, x]) => {
        const y = b.products[operator]!;
        return [
          operator,
          { both: add(x.both, y.both), left: add(x.left, y.left), right: add(x.right, y.right) },
        ];
      }),
    ),
  };
}
