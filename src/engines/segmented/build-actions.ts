import type { Dimension, ValueInfo } from '../../graph/graph.ts';
import type { Node } from '../../graph/node.ts';
import { lookUp } from '../../look-up.ts';
import { OrtSession, type SessionOptions } from '../../sessions/ort-session.ts';
import { weightLoadingOf } from '../../sessions/weight-loading.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import type { Action, CountPairs, RunSegment } from './action.ts';
import { arrangedShape } from './arrangement.ts';
import { type Cut, cutGraph, type Segment } from './cut-graph.ts';
import type { EventLayers } from './events/find-event-layers.ts';
import type { IntegerLayer } from './events/integer-events.ts';
import {
  channelsOf,
  type IntegerProduct,
  type IntegerProducts,
  makeIntegerProduct,
} from './integer-product.ts';
import { convolvedLengths } from './window.ts';
import type { StepNetwork } from './without-time-axis.ts';

/** What a step network needs beside itself to become actions. */
export interface ActionRequest {
  readonly network: StepNetwork;
  readonly sites: readonly Site[];
  /** Matrix products whose pairs of spikes are to be counted. */
  readonly counted: readonly Pick<CountPairs, 'operator' | 'operands'>[];
  /** Operators that run on 8-bit synapses. */
  readonly integerProducts: IntegerProducts;
  /** Layers that are driven by events. */
  readonly eventLayers: EventLayers;
  /** Those of them whose operators run on 8-bit synapses, by the same names. */
  readonly integerLayers: ReadonlyMap<string, IntegerLayer>;
  readonly threads: number;
}

/** Loads the segments of a network and puts everything the engine has to do into order. */
export async function buildActions(request: ActionRequest): Promise<Action[]> {
  const { network, sites, counted } = request;
  const cut = cutGraph(network.model, network.overTime);
  const used = usedValues(request, cut);
  const known = new Map(network.model.graph.inputs.map((info) => [info.name, info]));
  const bySite = new Map(sites.map((site) => [site.name, site]));
  const waiting = new Set(counted);
  // A segment by itself is small, but all of them together may not be.
  const options = {
    threads: request.threads,
    weights: weightLoadingOf(network.model),
    keepScratch: false,
    ownOutputs: true,
  };
  const actions: Action[] = [];
  const done = new Set<string>();
  try {
    for (const [level, segment] of cut.segments.entries()) {
      if (segment) actions.push(await loadSegment(segment, known, options));
      for (const each of cut.cuts[level] ?? []) {
        actions.push(await loadCut(each, bySite, used, request));
        for (const name of each.outputs) done.add(name);
        if (!request.eventLayers.has(each.name)) passShapeOn(each, known, request.integerProducts);
      }
      for (const each of waiting) {
        if (!each.operands.every(({ spikes }) => done.has(spikes))) continue;
        waiting.delete(each);
        const reads = each.operands.flatMap(({ spikes, decoded }) => [spikes, decoded]);
        actions.push({ kind: 'count-pairs', ...each, reads, writes: [] });
      }
    }
  } catch (error) {
    await releaseSessions(actions);
    throw error;
  }
  return actions;
}

/** Frees the sessions of actions. */
export async function releaseSessions(actions: readonly Action[]): Promise<void> {
  for (const action of actions) if ('session' in action) await action.session.release();
}

/** The values that something reads: outputs of cuts that are not among them are not written. */
function usedValues({ network, counted }: ActionRequest, cut: Cut): Set<string> {
  const used = new Set(network.values.values());
  for (const segment of cut.segments) for (const name of segment?.inputs ?? []) used.add(name);
  for (const each of cut.cuts.flat()) for (const name of each.inputs) used.add(name);
  for (const { operands } of counted) {
    for (const { spikes, decoded } of operands) {
      used.add(spikes);
      used.add(decoded);
    }
  }
  return used;
}

/** Types and shapes of inputs make ONNX Runtime's fusions possible; each segment's outputs tell those of the next. */
async function loadSegment(
  segment: Segment,
  known: Map<string, ValueInfo>,
  options: SessionOptions,
): Promise<RunSegment> {
  const { model, inputs, outputs, level } = segment;
  model.graph.setInputs(
    inputs.map((name) => known.get(name) ?? { name, dataType: 'float32', shape: undefined }),
  );
  const session = await OrtSession.create(model, options);
  for (const { name, dataType, shape } of session.outputs) {
    // A rank of 0 also stands for an unknown one.
    known.set(name, { name, dataType, shape: shape.length > 0 ? shape : undefined });
  }
  return { kind: 'segment', session, overTime: level > 0, reads: inputs, writes: outputs };
}

/** Neurons keep the shape of what they read; a product changes its last axis, a convolution all but the first. */
function passShapeOn(of: Node, known: Map<string, ValueInfo>, products: IntegerProducts): void {
  const info = known.get(of.inputs[0]!);
  if (!info) return;
  const product = products.get(of.name);
  const shape = product && info.shape ? shapeAfter(product, info.shape) : info.shape;
  for (const name of of.outputs) known.set(name, { name, dataType: 'float32', shape });
}

function shapeAfter(product: IntegerProduct, shape: readonly Dimension[]): Dimension[] {
  const channels = channelsOf(product);
  const { arrangement, window } = product;
  if (arrangement) return arrangedShape(arrangement, shape.length === 3 ? shape[0] : undefined, channels);
  if (!window) return [...shape.slice(0, -1), channels];
  const [batch, , height, width] = shape;
  if (typeof height !== 'number' || typeof width !== 'number') return [batch, channels, undefined, undefined];
  return [batch, channels, ...convolvedLengths(window, [height, width])];
}

async function loadCut(
  of: Node,
  bySite: ReadonlyMap<string, Site>,
  used: ReadonlySet<string>,
  { integerProducts, eventLayers, integerLayers, threads }: ActionRequest,
): Promise<Action> {
  const product = integerProducts.get(of.name);
  if (product) return makeIntegerProduct(product, threads);
  const wanted = (name: string | undefined) => (name !== undefined && used.has(name) ? name : undefined);
  const layer = eventLayers.get(of.name);
  if (layer) {
    const [decoded, spikes] = of.outputs.map(wanted);
    const writes = [layer.events, decoded, spikes].filter((name) => name !== undefined);
    const integer = integerLayers.get(of.name);
    return { kind: 'event-layer', layer, integer, decoded, spikes, reads: of.inputs, writes };
  }
  const site = lookUp(bySite, of.name, 'site');
  const [decoded, spikes, third] = of.outputs.map(wanted);
  const writes = [decoded, spikes, third].filter((name) => name !== undefined);
  // Neurons that feed 8-bit synapses emit at most one spike a step: levels and counts never meet.
  const [counts, levels] = site.counts === undefined ? [undefined, third] : [third, undefined];
  return { kind: 'neurons', site, decoded, spikes, counts, levels, reads: [of.inputs[0]!], writes };
}
