import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { SpikesThrough } from '../engines/spikes-through.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import type { Site } from '../spiking/neuron-node.ts';

/** Names of values that say what arrives at an operator, [T·N, …] each, of the shape of its operand. */
export interface ArrivalValues {
  /** How many spikes; behind average pooling a part of one. */
  readonly counts: string;
  /** What these spikes say, and what the earliest ones would, where a spike says something by its time; absent elsewhere. */
  readonly told?: { readonly values: string; readonly largest: string };
}

/** Appends to a spiking model what arrives at each synaptic operator, by its name; operators that no spikes reach are left out. */
export const observeArrivals = definePass({
  name: 'observe-arrivals',
  summary:
    'Values are appended that say how many spikes arrive at every synaptic operator, and what they tell.',
  rewrites: 'input',
  apply(
    model: Model,
    sites: readonly Site[],
    operators: readonly SynapticOperator[],
  ): Map<string, ArrivalValues> {
    const { graph } = model;
    const build = new GraphBuilder(graph, 'arrivals.');
    const of = (made: (site: Site) => string) =>
      new SpikesThrough(graph, new Map(sites.map((site) => [site.decoded, made(site)])));
    const nonZero = (value: string) => build.op('Cast', [build.op('Cast', [value], { to: 9 })], { to: 1 });
    const counts = of(({ counts: own, spikes }) => own ?? nonZero(spikes));
    const byTime = sites.every(({ neuron }) => neuron.timeline === 'slots');
    const values = byTime ? of(({ spikes }) => spikes) : undefined;
    const largest = byTime ? of((site) => windowAt(build, site)) : undefined;
    return new Map(
      operators.flatMap(({ node, operands }) => {
        const [operand] = operands;
        const arriving = operands.length === 1 && operand ? counts.of(operand.value) : undefined;
        if (arriving === undefined || operand === undefined) return [];
        const [told, most] = [values?.of(operand.value), largest?.of(operand.value)];
        const timed = told !== undefined && most !== undefined && { told: { values: told, largest: most } };
        return [[node.name, { counts: arriving, ...timed }] as const];
      }),
    );
  },
});

/** The window of every neuron of a site, of the shape of what it emits. */
function windowAt(build: GraphBuilder, { neuron, spikes, parameterValues }: Site): string {
  const window = neuron.thresholds && parameterValues[neuron.thresholds.positive];
  const nothing = build.op('Mul', [spikes, build.scalar('nothing', 0)]);
  return window === undefined ? nothing : build.op('Add', [nothing, float32(build, window)]);
}

/** Parameters may be kept in float64. */
function float32(build: GraphBuilder, value: string): string {
  return build.op('Cast', [value], { to: 1 });
}
