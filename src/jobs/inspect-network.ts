import type { Placement } from '../analysis/placement.ts';
import { type SpikeSite, whatIsBehind } from '../analysis/spike-sites.ts';
import { synapticOperators } from '../analysis/synaptic-operators.ts';
import { type ConversionRecord, readConversionRecord } from '../conversion/conversion-record.ts';
import { type PreparedSource, prepareSource } from '../conversion/prepare-source.ts';
import { operatorCosts } from '../energy/operator-costs.ts';
import { OutOfMemoryError, TranspikeError } from '../errors.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { methodNamed } from '../methods/methods.ts';
import type { Network } from '../opening/open-network.ts';
import { runPasses } from '../passes/run-passes.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { refuseIdle } from './refuse-idle.ts';

/** What there is to say about a network without running it on images. */
export interface Inspection {
  readonly name: string;
  readonly path: string;
  /** `onnx`, or the architecture of a checkpoint folder. */
  readonly origin: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Number of weights. */
  readonly parameters: number;
  /** Files that hold weights beside the model's own; none if it stands alone. */
  readonly weightFiles: readonly string[];
  /** Version of the standard ONNX operators. */
  readonly opset: number;
  /** How many of each operator. */
  readonly operators: Readonly<Record<string, number>>;
  /** Multiply-accumulate operations for one image; absent if the network cannot be run. */
  readonly macs?: number;
  readonly spiking: boolean;
  /** How a spiking network came about. */
  readonly conversion?: ConversionRecord;
  /** The spike sites it has, or would get from the method. */
  readonly sites: readonly SiteDescription[];
  /** What cannot be converted, why, and what to do. */
  readonly obstacles: readonly string[];
}

/** One spike site. */
export interface SiteDescription {
  readonly name: string;
  /** Neuron of a spiking network. */
  readonly neuron?: string;
  /** Operators it feeds. */
  readonly feeds: readonly string[];
  /** Operators between the previous synaptic operators and the site. */
  readonly follows: readonly string[];
}

/** How to inspect a network. */
export interface InspectSettings {
  /** The method whose sites are shown for a network that does not spike. Default `ecmt`. */
  readonly method?: string | undefined;
}

/**
 * Says what a network is, which spike sites it has or would get, and what cannot be converted and why.
 *
 * @throws UsageError if there is no such method, or the network spikes already by another
 *
 * @example
 * ```ts
 * import { inspectNetwork, openNetwork } from 'transpike';
 *
 * const { sites, obstacles } = await inspectNetwork(await openNetwork('vit/'));
 * console.log(sites.length, obstacles.length); // 16 0
 * ```
 */
export async function inspectNetwork(network: Network, settings: InspectSettings = {}): Promise<Inspection> {
  const { model, name, path, origin, spiking } = network;
  if (spiking) {
    refuseIdle(path, settings, ['method'], { because: 'for a network that spikes already' });
  }
  const { method = 'ecmt' } = settings;
  const source = toSourceForm(model);
  const conversion = readConversionRecord(model);
  const { prepared, obstacles } = spiking ? { obstacles: [] } : await tryToPrepare(model, method);
  const free = prepared?.dynamic ?? source;
  const macs =
    obstacles.length === 0
      ? (await operatorCosts(free)).reduce((sum, each) => sum + each.macs, 0)
      : undefined;
  return {
    name,
    path,
    origin,
    inputs: source.graph.inputs.map(describe),
    outputs: source.graph.outputs.map(describe),
    parameters: countParameters(source),
    weightFiles: weightFilesOf(model),
    opset: model.opset,
    operators: countBy(source.graph.nodes.map(({ opType }) => opType)),
    spiking,
    ...(macs !== undefined && { macs }),
    ...(conversion && { conversion }),
    sites: spiking
      ? describeSites(model, source)
      : (prepared?.sites ?? plannedIn(source, method)).map(describePlanned),
    obstacles,
  };
}

function describePlanned({ name, readers, follows }: SpikeSite): SiteDescription {
  return { name, feeds: namesOf(readers), follows: [...follows] };
}

/** The sites as they stand in the network. @param source the network without neurons */
function describeSites(model: Model, source: Model): SiteDescription[] {
  const synaptic = new Set(synapticOperators(source.graph).map(({ node }) => node.name));
  return sitesOf(model).map(({ name, neuron, readers, carried }) => ({
    name,
    neuron: neuron.name,
    feeds: namesOf(readers),
    follows: [...whatIsBehind(source.graph, carried, synaptic).follows],
  }));
}

/** An operator may read the same value twice. */
function namesOf(readers: Placement['readers']): string[] {
  return [...new Set(readers.map(({ node }) => node))];
}

/** Prepares a network as a conversion does, so that both agree about what works. */
async function tryToPrepare(
  model: Model,
  method: string,
): Promise<{ readonly prepared?: PreparedSource; readonly obstacles: readonly string[] }> {
  try {
    return { prepared: await prepareSource(model, methodNamed(method)), obstacles: [] };
  } catch (error) {
    if (!(error instanceof TranspikeError) || error instanceof OutOfMemoryError) throw error;
    return { obstacles: error.problems.length > 0 ? error.problems : [error.message] };
  }
}

/** Where sites would be in a network that cannot be converted as it is. */
function plannedIn(source: Model, method: string): SpikeSite[] {
  const { passes, place } = methodNamed(method);
  return place(runPasses(source, passes).model.graph);
}

/** Weights are floating-point arrays; scalars and integers are constants of the architecture. */
function countParameters({ graph }: Model): number {
  const weights = [...graph.initializers.values()].filter(
    ({ dataType, shape }) => dataType.includes('float') && shape.length > 0,
  );
  return weights.reduce((sum, { size }) => sum + size, 0);
}

function weightFilesOf({ graph }: Model): string[] {
  const storages = [...tensorsOf(graph)].map(({ storage }) => storage);
  return [...new Set(storages.flatMap((each) => (each.kind === 'external' ? each.source.location : [])))];
}

function describe({ name, dataType, shape }: ValueInfo): string {
  return `${name}: ${dataType ?? '?'}${shape ? printShape(shape) : ''}`;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
