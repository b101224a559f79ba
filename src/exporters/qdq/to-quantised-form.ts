import { structureOf } from '../../analysis/source-structure.ts';
import { ConversionError, UsageError } from '../../errors.ts';
import { bindInputs } from '../../graph/bind-inputs.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { removeIdentities } from '../../passes/remove-identities.ts';
import { bitWidths } from '../../quantisation/bit-widths.ts';
import type { QuantisationPoint } from '../../quantisation/quantisation-places.ts';
import { placesAt } from '../../quantisation/quantised-networks.ts';
import { type QuantiserTable, readQuantisers } from '../../quantisation/quantiser-table.ts';
import { type ActivationCodes, toQdq } from '../../quantisation/to-qdq.ts';
import { outputAxis } from '../../quantisers/output-axis.ts';
import { readWeights } from '../../quantisers/read-weights.ts';
import { dequantise, type QuantisedWeights, quantiseWeights } from '../../quantisers/weight-quantiser.ts';
import { type Site, setSteps, sitesOf, stepsOf } from '../../spiking/neuron-node.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { closeTimeAxis } from '../../spiking/time-axis.ts';
import type { ExporterSettings } from '../define-exporter.ts';
import { carriedLevels } from './carried-levels.ts';

/**
 * The source network of a spiking model in QDQ form. Where neurons stand, activations have the levels that spikes of T steps can say, see
 * {@link carriedLevels}; where these are not even, and at all other factors, they have the range that was fitted at conversion, in as many bits as the spikes carry,
 * 8 at most. Weights have 8 bits or 4, one scale for each output channel; biases stay float32. Inputs are rounded to 8 bits where samples of them are given.
 *
 * @returns a network that does not spike
 * @throws ConversionError for a model that keeps no ranges and needs some, or has none of the operators; UsageError for 16 bits
 */
export async function toQuantisedForm(
  spiking: Model,
  { steps, weightBits = 8, goldenInput }: ExporterSettings = {},
): Promise<Model> {
  if (weightBits !== 4 && weightBits !== 8) throw otherBits(weightBits);
  const timed = spiking.clone();
  if (steps !== undefined) setSteps(timed, steps);
  const model = toSourceForm(timed);
  const source = structureOf(model);
  const sites = sitesOf(timed);
  const { points, operators } = placesAt(source, sites);
  const numbers = await readWeights(source);
  const codes = codesOfPoints(timed, sites, points);
  const weights = new Map<string, QuantisedWeights>();
  for (const { operator } of operators) {
    const { node } = operator;
    for (const { input, value } of operator.weights) {
      const tensor = lookUp(numbers, value, 'numbers of weight');
      const few = quantiseWeights(tensor, outputAxis(node, input, tensor.shape.length), weightBits);
      const own = model.graph.addInitializer(`${node.name}.weight`, dequantise(few));
      setInput(model, node.name, input, own);
      weights.set(own, few);
    }
  }
  const activations = new Map(inputCodes(model, goldenInput));
  for (const { name, value, readers } of points) {
    const build = GraphBuilder.behind(model.graph, value, `${name}.`);
    const own = build.op('Identity', [value], {}, { name: 'carried' });
    for (const { node, input } of readers) setInput(model, node, input, own);
    activations.set(own, lookUp(codes, name, 'levels of activation'));
  }
  const made = toQdq(model, { weights, activations });
  removeIdentities(made);
  // The network may be converted again, and then closes a time axis under this name.
  for (const each of made.graph.nodes.filter(({ name }) => name.endsWith(`.${closeTimeAxis}`)))
    made.graph.replaceNode(each, { ...each, name: `${each.name}.out` });
  return made;
}

function setInput({ graph }: Model, name: string, input: number, value: string): void {
  const found = graph.nodes.find((each) => each.name === name);
  if (found) graph.setInput(found, input, value);
}

/** Whole numbers of each point: levels of spikes, or a range that was fitted. */
function codesOfPoints(
  spiking: Model,
  sites: readonly Site[],
  points: readonly QuantisationPoint[],
): Map<string, ActivationCodes> {
  const steps = stepsOf(spiking) ?? 1;
  const table = readQuantisers(spiking, points);
  const [widths] = bitWidths(sites, steps).filter((each) => each.steps.includes(steps));
  const byName = new Map(sites.map((site) => [site.name, site]));
  return new Map(
    points.map(({ name }) => {
      const site = byName.get(name);
      const levels = site && carriedLevels(site, steps);
      if (!levels) return [name, fitted(table, name, widths?.bits[name] ?? 8)];
      const { scale, lowest, highest } = levels;
      return [name, { bits: 8, scale, zeroPoint: -lowest, highest: highest - lowest }];
    }),
  );
}

function fitted(table: QuantiserTable | undefined, name: string, bits: number): ActivationCodes {
  const found = table?.[name]?.find((each) => each.bits === bits);
  if (found) return found;
  throw new ConversionError({
    where: `qdq: activation '${name}'`,
    expected: `spikes that say at most 256 numbers at one distance, or a range for ${bits} bits`,
    got: 'others, and no range in the model',
    remedy:
      'Convert the source network again, by which ranges are kept, set fewer steps, or export it as unrolled',
    means: ['convert', 'steps'],
  });
}

/** Inputs that hold numbers, from their smallest to their largest in the samples. */
function inputCodes({ graph }: Model, samples: InputBatch | undefined): [string, ActivationCodes][] {
  if (samples === undefined) return [];
  const { inputs } = bindInputs(graph, samples);
  return graph.inputs
    .filter(({ dataType }) => dataType === 'float32')
    .map(({ name }) => {
      let [low, high] = [0, 0];
      for (const value of (inputs[name]?.data ?? []) as ArrayLike<number> & Iterable<number>) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      const scale = (high - low) / 255 || 1;
      return [name, { bits: 8, scale, zeroPoint: Math.round(-low / scale) }];
    });
}

function otherBits(got: number): UsageError {
  return new UsageError({
    where: 'weightBits',
    expected: '4 or 8 bits for qdq, whose weights are int8',
    got: String(got),
    remedy: 'Give another number of bits',
    means: ['weightBits'],
  });
}
