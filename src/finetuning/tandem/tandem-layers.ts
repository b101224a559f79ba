import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { valuesReadBy } from '../../graph/operation.ts';
import { outputAxis } from '../../quantisers/output-axis.ts';
import { type Site, sitesOf } from '../../spiking/neuron-node.ts';
import { weightNames } from '../unrolled/weight-names.ts';

/** A weight that a synaptic operator multiplies with. */
export interface LayerWeight {
  /** Name of the constant. */
  readonly name: string;
  readonly operator: Node;
  /** Position among the operator's inputs. */
  readonly input: number;
  /** Whether the operator reads it with its two axes exchanged. */
  readonly transposed: boolean;
  /** Axis of the constant on which the neurons lie that it leads to; absent where that is not known. */
  readonly axis: number | undefined;
}

/** What lies between the neurons of one site and those before them; the last layer, the head, has no neurons. */
export interface TandemLayer {
  readonly site: Site | undefined;
  /** Names of all that is trained in it: weights and biases. */
  readonly parameters: readonly string[];
  readonly weights: readonly LayerWeight[];
}

/** The layers of a spiking model in the order of its sites, and its head. What several of them read belongs to the first. */
export function tandemLayers(spiking: Model): TandemLayer[] {
  const { graph } = spiking;
  const open = new Set(weightNames(spiking));
  const sites = sitesOf(spiking);
  const ends = [...sites.map(({ value }) => [value]), graph.outputs.map(({ name }) => name)];
  return ends.map((values, i) => {
    const parameters = [...constantsBehind(graph, values)].filter((name) => open.delete(name));
    return { site: sites[i], parameters, weights: weightsAmong(graph, new Set(parameters)) };
  });
}

/** Names of all constants that values depend on. */
function constantsBehind(graph: Graph, values: readonly string[]): Set<string> {
  const constants = new Set<string>();
  const seen = new Set<string>();
  const open = [...values];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (graph.initializers.has(value)) constants.add(value);
    const producer = graph.producerOf(value);
    if (producer) open.push(...valuesReadBy(producer));
  }
  return constants;
}

const synaptic = new Set(['Conv', 'Gemm', 'MatMul']);

function weightsAmong(graph: Graph, parameters: ReadonlySet<string>): LayerWeight[] {
  return graph.nodes
    .filter(({ domain, opType }) => domain === '' && synaptic.has(opType))
    .flatMap((operator) =>
      operator.inputs.slice(0, 2).flatMap((read, input) => {
        const { name, transposed } = constantRead(graph, read);
        const rank = graph.initializers.get(name)?.shape.length ?? 0;
        if (!parameters.has(name) || rank < 2) return [];
        const axis = outputAxis(operator, input, rank);
        return [
          { name, operator, input, transposed, axis: transposed && axis !== undefined ? 1 - axis : axis },
        ];
      }),
    );
}

/** The constant that a value is, as it is or with its two axes exchanged. */
function constantRead(graph: Graph, value: string): { name: string; transposed: boolean } {
  const producer = graph.producerOf(value);
  const [source = ''] = producer?.opType === 'Transpose' ? producer.inputs : [];
  const transposed = graph.initializers.get(source)?.shape.length === 2;
  return transposed ? { name: source, transposed } : { name: value, transposed: false };
}
