import type { SpikeSite } from '../analysis/spike-sites.ts';
import type { ImportedThreshold } from '../calibration/import-thresholds.ts';
import type { Observer } from '../calibration/observer.ts';
import type { Pass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { NeuronSpec } from '../spiking/neuron-node.ts';

/** Looks at a site's activations and then says which neuron stands there, with which thresholds. */
export interface SiteCalibration extends Observer {
  /** The neuron, after the last batch. */
  finish(): NeuronSpec & { readonly relativeError?: number };
}

/** A named set of a method's settings. */
export interface Preset {
  /** One sentence. */
  readonly summary: string;
  /** What it does otherwise than the paper, one line each; empty for nothing. */
  readonly differences: readonly string[];
  /** Whether it takes the scales of a quantised network, which then has to be one. Default false */
  readonly needsScales?: boolean;
  /** Where its sites are, if not where the method has them. */
  readonly place?: (graph: Graph) => SpikeSite[];
  /** Starts the calibration of all sites at once, where they depend on each other; in the order of the sites. */
  readonly calibrateTogether?: (sites: readonly SpikeSite[], steps: number) => SiteCalibration[];
  /** Starts the calibration of one site for a network that will run T steps. */
  calibrate(site: SpikeSite, steps: number): SiteCalibration;
  /** The neuron for thresholds that come from a file. */
  fromThresholds(thresholds: ImportedThreshold): NeuronSpec;
}

/**
 * A conversion method: clean-up passes, where the sites are, and how each site's neuron and its thresholds are
 * chosen. Nothing else is needed: the engine evaluates the source network on running means with the neurons in it.
 */
export interface Method<P extends string = string> {
  /** Name on the command line and in models. */
  readonly name: string;
  readonly summary: string;
  /** Authors, title, year, where. */
  readonly paper: string;
  readonly passes: readonly Pass[];
  /** What a network must have for it to be placed anywhere, as errors word it. Default: synaptic operators. */
  readonly converts?: string;
  /** What of a cleaned graph its neurons can neither stand for nor pass: a line each, with the reason and what to do. Default: nothing */
  readonly obstacles?: (graph: Graph) => string[];
  /** Sites of a cleaned graph, in topological order. */
  readonly place: (graph: Graph) => SpikeSite[];
  readonly presets: Readonly<Record<P, Preset>>;
  readonly defaultPreset: NoInfer<P>;
  /** Preset that keeps most of a signal at the same T; advised where a site loses too much. Absent where none stands out. */
  readonly finest?: NoInfer<P>;
  /** Whether all that the neurons can tell is told at step 1, so that more steps make nothing finer. Default false */
  readonly settlesAtOnce?: boolean;
  /** Preset that imported thresholds belong to when none is named. Default: the default preset. */
  readonly importPreset?: NoInfer<P>;
}

/** Declares a method; a missing facet does not compile. */
export function defineMethod<P extends string>(method: Method<P>): Method<P> {
  return method;
}
