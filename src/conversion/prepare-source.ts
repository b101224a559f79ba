import { keptScales, scaledValues } from '../analysis/kept-scales.ts';
import { type RecognisedActivation, recogniseActivations } from '../analysis/recognise-activations.ts';
import { type SourceStructure, structureOf } from '../analysis/source-structure.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { findBatchLayouts } from '../batching/batch-layouts.ts';
import { foldKnownResizes } from '../batching/fold-known-resizes.ts';
import { freeBatch } from '../batching/free-batch.ts';
import { ConversionError, listProblems } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Method } from '../methods/define-method.ts';
import { methods } from '../methods/methods.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { type MeasuredSource, measureSource } from '../sessions/measure-source.ts';
import { findObstacles } from './find-obstacles.ts';

/** A source network made ready for neurons. */
export interface PreparedSource {
  /** The source network with a batch of any size. */
  readonly dynamic: Model;
  /** The same after the clean-up passes. */
  readonly clean: MeasuredSource;
  /** Where neurons go, in topological order. */
  readonly sites: readonly SpikeSite[];
}

/** What of a method decides how a source network is prepared. */
export type Preparation = Pick<Method, 'passes' | 'place' | 'converts' | 'obstacles'>;

/**
 * Checks that a network can be converted, frees its batch, cleans it up and finds the sites. The given model is not changed.
 *
 * @param threads threads of the trials. Default 1
 * @throws ConversionError if it has parts that cannot be converted (all listed), or no site
 */
export async function prepareSource(
  source: Model,
  preparation: Preparation,
  threads = 1,
): Promise<PreparedSource> {
  const { model: standard } = runPasses(source, standardForm);
  requireConvertible(standard.graph, findObstacles(standard));
  const dynamic = await freeBatch(await foldKnownResizes(await withKnownLengths(standard)), threads);
  const { model } = runPasses(dynamic, preparation.passes);
  requireConvertible(model.graph, preparation.obstacles?.(model.graph) ?? []);
  const structure = structureOf(model);
  const places = requireSites(preparation.place(model.graph), structure, preparation);
  const clean = await measureSource(structure, threads);
  return { dynamic, clean, sites: await withBatchLayouts(clean, withScales(dynamic, places), threads) };
}

/** Sites that know how a quantised network had their tensors. */
function withScales(model: Model, sites: readonly SpikeSite[]): SpikeSite[] {
  const scales = keptScales(model);
  const values = scaledValues(model, sites);
  return sites.map((site) => {
    const scale = scales.get(values.get(site.name) ?? '');
    return scale ? { ...site, scale } : site;
  });
}

/** Sites that know where the batch lies in their values. */
async function withBatchLayouts(
  clean: MeasuredSource,
  sites: readonly SpikeSite[],
  threads: number,
): Promise<SpikeSite[]> {
  const layouts = await findBatchLayouts(
    clean,
    sites.map(({ value }) => value),
    threads,
  );
  return sites.map((site) => {
    const batch = layouts.get(site.value);
    return batch ? { ...site, batch } : site;
  });
}

function requireConvertible({ name }: Graph, obstacles: readonly string[]): void {
  if (obstacles.length === 0) return;
  throw new ConversionError(listProblems(`graph '${name}': cannot be converted:`, obstacles));
}

/** @throws ConversionError if there is no site: the method finds nothing to convert in the network */
function requireSites(
  sites: readonly SpikeSite[],
  { model: { graph }, operators }: SourceStructure,
  {
    converts = 'synaptic operators (MatMul, Gemm, Conv…) between the first one and the classifier head',
  }: Pick<Preparation, 'converts'>,
): readonly SpikeSite[] {
  if (sites.length > 0) return sites;
  const activations = recogniseActivations(graph);
  throw new ConversionError({
    where: `graph '${graph.name}'`,
    expected: converts,
    got: `none among ${graph.nodes.length} nodes (${countsOf(operators, activations)})`,
    remedy: remedyFor(graph),
  });
}

/** What there is instead: operators that stay analog, activations that another method may want. */
function countsOf(
  operators: readonly SynapticOperator[],
  activations: readonly RecognisedActivation[],
): string {
  const edge = operators.filter(({ first, head }) => first || head);
  const kinds = [...new Set(activations.map(({ activation }) => activation.kind))];
  return [
    operators.length === 0
      ? 'no synaptic operators at all'
      : `${operators.length} synaptic operators, ${edge.length} of them first or head, which read the input or make the output`,
    kinds.length === 0 ? 'no activations that neurons could stand for' : `activations: ${kinds.join(', ')}`,
  ].join('; ');
}

function remedyFor(graph: Graph): string {
  const others = methods.filter(({ place }) => place(graph).length > 0).map(({ name }) => name);
  if (others.length === 0)
    return 'Check that this is the network you mean: there is nothing to convert in it';
  return `Use a method that finds something in it: ${others.join(', ')}`;
}
