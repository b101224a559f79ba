import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { definePass } from '../graph/define-pass.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { reduceSum } from '../graph/reduce-sum.ts';
import { lookUp } from '../look-up.ts';
import type { Activity, ProductCounts } from '../results/activity.ts';
import { type BatchPlace, batchPlaceOf, valuesBehindBack } from '../spiking/batch-in-front.ts';
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
    const through = new SpikesThrough(
      model.graph,
      new Map(sites.map((site) => [site.decoded, counter.spikesOf(site)])),
    );
    const behindBack = new Map(
      sites.flatMap((site): [string, OperandSite][] => {
        const batch = batchPlaceOf(model.graph, site.name);
        return batch ? [[batch.value, { site, batch }]] : [];
      }),
    );
    const products = operators
      .filter(({ kind }) => kind === 'product')
      .flatMap((operator): [string, Record<keyof ProductCounts, string>][] => {
        const [a, b] = operator.operands.map(({ value }): Operand | undefined => {
          const site = byDecoded.get(value);
          if (site) return { spikes: counter.spikesOf(site), sums: counter.nonZero(site.decoded) };
          const behind = behindBack.get(value);
          const spikes = behind && through.of(value);
          return spikes === undefined ? undefined : { spikes, sums: counter.nonZero(value), behind };
        });
        const behind = a?.behind ?? b?.behind;
        if (!a || !b || (behind && !outputPlace(operator, behind))) return [];
        const pairs = (x: string, y: string) => counter.countPairs(operator, x, y, behind);
        const counts = {
          both: pairs(a.spikes, b.spikes),
          left: pairs(a.spikes, b.sums),
          right: pairs(a.sums, b.spikes),
        };
        return [[operator.node.name, counts]];
      });
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

/** A site whose batch is not in front of what an operator reads of it. */
interface OperandSite {
  readonly site: Site;
  readonly batch: BatchPlace;
}

/** What counts of an operand: how many spikes there are, and where what they add up to is not zero. */
interface Operand {
  readonly spikes: string;
  readonly sums: string;
  readonly behind?: OperandSite | undefined;
}

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

  /**
   * Number of pairs that the operator would multiply with both operands non-zero, as a new output [T·N].
   *
   * @param behind where the batch is, if it is not in front
   */
  countPairs(operator: SynapticOperator, a: string, b: string, behind?: OperandSite): string {
    const pairs = this.#pairsOf(operator, a, b);
    const place = behind && outputPlace(operator, behind);
    return place ? this.#countRows(pairs, place, behind) : this.count(pairs);
  }

  #pairsOf({ node: of, operands }: SynapticOperator, a: string, b: string): string {
    // Σ over the contracted axis of (how many a) · (how many b) counts pairs without multiplying matrices.
    if (of.opType === 'MatMul') return this.#build.op('Mul', [this.#sum(a, -2), this.#sum(b, -1)]);
    const name = this.#model.graph.freshName('statistics.pairs');
    // A bias would count as a pair.
    const inputs = of.inputs.slice(0, 2);
    for (const [i, { input }] of operands.entries()) inputs[input] = i === 0 ? a : b;
    this.#model.graph.append({ ...of, name, domain: '', inputs, outputs: [name] });
    return name;
  }

  /** Sums a value for each row of the batch, which one of its axes holds among others. */
  #countRows(value: string, { rank, axis }: AxisPlace, { site, batch }: OperandSite): string {
    const build = this.#build;
    const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
    const along = others.length > 0 ? reduceSum(build, this.#model.opset, value, others) : value;
    const lengthOf = (of: string, at: number) =>
      build.op('Gather', [build.op('Shape', [of]), build.integers('axis', [at])], { axis: 0 });
    const inner = batch.inner ? lengthOf(batch.inner.value, batch.inner.axis) : build.integers('inner', [1]);
    const parts = build.op('Concat', [build.integers('outer', [-1]), lengthOf(site.decoded, 0), inner], {
      axis: 0,
    });
    const parted = build.op('Reshape', [along, parts]);
    return this.#output(reduceSum(build, this.#model.opset, parted, [0, 2]));
  }

  #sum(value: string, axis: number): string {
    return reduceSum(this.#build, this.#model.opset, value, [axis]);
  }

  #output(name: string): string {
    this.#model.graph.addOutput({ name, dataType: 'float32', shape: undefined });
    return name;
  }
}

/** An axis among several. */
interface AxisPlace {
  readonly rank: number;
  readonly axis: number;
}

/** Where counts of the pairs of a product have the batch of its operands; `undefined` if that cannot be told. */
function outputPlace({ node: of }: SynapticOperator, { batch }: OperandSite): AxisPlace | undefined {
  // The contracted axis is what is left of rows and columns; the axes before them stay.
  if (of.opType === 'MatMul') return { rank: batch.rank - 1, axis: batch.axis };
  const equation = of.attributes.get('equation');
  const [inputs = '', output = ''] =
    equation?.kind === 'string' ? equation.value.replaceAll(' ', '').split('->') : [];
  const letter = inputs.split(',')[0]?.[batch.axis];
  const axis = letter === undefined || letter === '.' ? -1 : output.indexOf(letter);
  return axis < 0 || output.includes('.') ? undefined : { rank: output.length, axis };
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
