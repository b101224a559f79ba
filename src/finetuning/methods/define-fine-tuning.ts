import type { NeuronSpec, Site } from '../../spiking/neuron-node.ts';
import type { SurrogateInput } from '../../training/spiking/surrogate-slopes.ts';

/** What can be trained: the weights, or a parameter of the neurons by its name. */
export type Trained = 'weights' | 'threshold' | 'window' | 'leak' | 'initialPotential' | 'amplitude';

/** A method that goes on from a conversion and trains the network with its neurons in place. */
export interface FineTuning {
  /** Name on the command line and in models. */
  readonly name: string;
  readonly summary: string;
  /** Authors, title, year, where. */
  readonly paper: string;
  /** What it does otherwise than the paper, one line each; empty for nothing. */
  readonly differences: readonly string[];
  /** The conversion that a source network is given first: method and preset. */
  readonly start: { readonly method: string; readonly preset: string };
  /** The neurons that are trained at a site of the converted network. Default: those that stand there. */
  readonly neuronsAt?: (site: Site) => NeuronSpec | undefined;
  /** What is trained unless something else is asked for. */
  readonly trains: readonly Trained[];
  /** Slope that stands for the derivative of a spike; `none` where gradients pass beside the neurons. */
  readonly surrogate: SurrogateInput | 'none';
  /** What the loss sees: the running mean of the output after step T, or that times T. */
  readonly readout: 'mean' | 'sum';
  /** What the outputs are to be: the classes of the pictures, or the outputs of the source network. */
  readonly target: 'labels' | 'source';
  /** Weight of the differences at the sites in the loss, where the source network is the target; see withTeacher. Default 0 */
  readonly siteWeight?: number;
  /** Whether layers are replaced by spiking ones one after the other. Default: all spike from the beginning. */
  readonly layerByLayer?: boolean;
  /** Settings of the training that the method is usually given. */
  readonly defaults: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
  };
}

/** Declares a method with a training stage; a missing facet does not compile. */
export function defineFineTuning(method: FineTuning): FineTuning {
  return method;
}
