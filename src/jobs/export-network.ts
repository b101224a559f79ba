import { planRun } from '../engines/plan-run.ts';
import { UsageError } from '../errors.ts';
import type { Exporter, ExporterSettings } from '../exporters/define-exporter.ts';
import { exporters } from '../exporters/exporters.ts';
import { requireFolderPlace, writeExport } from '../files/write-export.ts';
import type { Network } from '../opening/open-network.ts';
import { readInput } from './read-input.ts';
import { refuseIdle } from './refuse-idle.ts';
import { inputsOf, type ModelOutputSettings, requireWritable } from './require-writable.ts';

/** How to export a network. */
export interface ExportSettings extends ModelOutputSettings, Omit<ExporterSettings, 'goldenInput'> {
  /** Name of the form. Default `binary-spikes`. */
  readonly to?: string | undefined;
  /** Inputs as they go into the network: an .npy file [N, …]; for a network with several an .npz file, or `name=file` for each, joined by commas. */
  readonly goldenInput?: string | undefined;
  /** File, or folder, to write. Default: the network's name with the ending of the form, in this folder. */
  readonly output?: string | undefined;
}

/** What was written, and by which exporter. */
export interface NetworkExport {
  readonly output: string;
  readonly exporter: Exporter;
}

/**
 * Writes a spiking network in the form that something else reads.
 *
 * @throws RuntimeError if the network does not spike; UsageError if there is no such form, or the output cannot be written;
 * ConversionError if the network has no such form
 *
 * @example
 * ```ts
 * import { convertNetwork, exportNetwork, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy' });
 * const { output } = await exportNetwork(network, { to: 'binary-spikes' });
 * console.log(output); // vit.binary.onnx
 * ```
 */
export async function exportNetwork(network: Network, settings: ExportSettings = {}): Promise<NetworkExport> {
  const { to = exporters[0]?.name, force, bundle } = settings;
  const exporter = exporterNamed(to);
  const idle = allSettings.filter((each) => !exporter.settings?.includes(each));
  refuseIdle(`form '${exporter.name}'`, settings, idle, { because: 'for this form, which does not take it' });
  planRun(network.model);
  const output = settings.output ?? `${network.name.replace(/\.snn$/, '')}${exporter.extension}`;
  const { holds = 'onnx' } = exporter;
  if (holds === 'folder') await requireFolderPlace(output);
  else await requireWritable(output, { inputs: inputsOf(network, settings.goldenInput), kind: holds, force });
  const { goldenInput: given, ...others } = settings;
  const goldenInput = given === undefined ? undefined : await readInput(network, given);
  await writeExport(await exporter.make(network.model, { ...others, goldenInput }), output, { bundle });
  return { output, exporter };
}

/** Settings that some form takes. */
const allSettings = [
  'steps',
  'spikesOf',
  'dt',
  'goldenInput',
  'weightBits',
  'accumulatorBits',
  'overflow',
] as const satisfies (keyof ExporterSettings)[];

function exporterNamed(wanted: string | undefined): Exporter {
  const found = exporters.find(({ name }) => name === wanted);
  if (found) return found;
  throw new UsageError({
    where: `form '${wanted}'`,
    expected: `one of ${exporters.map(({ name }) => name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose a known form',
  });
}
