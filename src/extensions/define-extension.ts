import type { Architecture } from '../checkpoints/define-architecture.ts';
import type { DatasetKind } from '../data/define-dataset.ts';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import type { Device } from '../energy/define-device.ts';
import type { Exporter } from '../exporters/define-exporter.ts';
import type { AnyNeuronKernel } from '../kernels/neuron-kernel.ts';
import type { Method } from '../methods/define-method.ts';
import type { AnyNetworkKind } from '../training/networks/define-network.ts';

/** What a module adds to Transpike: members of any kinds, each made with the `define…` of its kind. */
export interface Extension {
  /** Name in records and messages: the package's, or one of your own. */
  readonly name: string;
  /** Version in records: a model is opened with the version that it was made with. */
  readonly version: string;
  readonly neurons?: readonly AnyNeuron[];
  /** Fast forms of these neurons; a neuron without one runs by its reference step. */
  readonly kernels?: readonly AnyNeuronKernel[];
  readonly methods?: readonly Method[];
  /** Tried before the built-in ones. */
  readonly architectures?: readonly Architecture[];
  /** Asked before the built-in ones. */
  readonly datasets?: readonly DatasetKind[];
  readonly devices?: readonly Device[];
  readonly exporters?: readonly Exporter[];
  /** Kinds of networks that recipes can ask for. */
  readonly networks?: readonly AnyNetworkKind[];
}

/**
 * Declares an extension: the default export of a module that `useExtensions` or the command line is told to load.
 *
 * @example
 * ```ts
 * import { defineExtension, energy } from 'transpike';
 *
 * const [device] = energy.devices;
 * const extension = defineExtension({ name: 'lab', version: '1.0.0', devices: [{ ...device, name: 'my-chip' }] });
 * console.log(extension.devices.length); // 1
 * ```
 */
export function defineExtension(extension: Extension): Extension {
  return extension;
}
