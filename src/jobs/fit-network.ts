import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { engines } from '../engines/engines.ts';
import { FormatError, messageOf } from '../errors.ts';
import { type ChipFit, fitOnChip } from '../hardware/fit/fit-on-chip.ts';
import { type ArrivingEvents, measureArrivals } from '../hardware/fit/measure-arrivals.ts';
import { networkLayers } from '../hardware/fit/network-layers.ts';
import { type ChipLimits, chipLimitsSchema } from '../hardware/limits/chip-limits.ts';
import { limitsOf } from '../hardware/limits/known-chips.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import { spikingNetwork } from '../spiking/network-kind.ts';
import type { JobListener } from './notice.ts';
import { refuseIdle } from './refuse-idle.ts';
import { tellLeftOut } from './tell-left-out.ts';

/** Samples on which spikes are counted when nothing else is said. */
export const defaultFitLimit = 16;

/** On what to fit a network. */
export interface FitSettings extends JobListener {
  /** Names of chips, or .json files that describe one: {@link ChipLimits}. */
  readonly chips: readonly string[];
  /** Time-steps T. Default: what the model is set to */
  readonly steps?: number | undefined;
  /** Bits of its weights. Default 8 */
  readonly weightBits?: number | undefined;
  /** Samples whose spikes are counted. Default: none are */
  readonly data?: string | undefined;
  /** Part of the data to use where there are several. */
  readonly split?: string | undefined;
  /** Use at most this many samples, evenly spread. Default 16 */
  readonly limit?: number | undefined;
  /** Whether a sample that cannot be read is an error. Default false: it is left out. */
  readonly strict?: boolean | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
}

/** What of a network several chips have room for. */
export interface NetworkFit {
  readonly network: string;
  readonly steps: number;
  readonly weightBits: number;
  /** One for each chip, in the order that was asked for. */
  readonly chips: readonly ChipFit[];
  /** By layer, mean over the samples: spikes that arrive in a step, and the synapses that they have. Null without samples. */
  readonly events: Readonly<Record<string, ArrivingEvents>> | null;
}

/**
 * Says what of a spiking network chips have room for.
 *
 * @throws RuntimeError if the network does not spike; UsageError for an unknown chip; FormatError if a file does not describe one
 *
 * @example
 * ```ts
 * import { convertNetwork, energy, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy' });
 * const { chips } = await energy.fitNetwork(network, { chips: ['spinnaker-2', 'speck'] });
 * console.log(chips.map(({ chip, fits }) => `${chip}: ${fits}`).join(', ')); // spinnaker-2: true, speck: false
 * ```
 */
export async function fitNetwork(network: Network, settings: FitSettings): Promise<NetworkFit> {
  const { weightBits = 8, data } = settings;
  if (data === undefined) {
    const because = 'where no spikes are counted';
    const remedy = 'Give data, too, or leave that out';
    refuseIdle('fit', settings, ['split', 'limit'], { because, remedy });
  }
  const spiking = spikingNetwork(network.model);
  const { steps = spiking.steps } = settings;
  const limits = await Promise.all(settings.chips.map(readLimits));
  const layers = await networkLayers(spiking);
  const chips = limits.map((chip) => fitOnChip({ layers, steps, weightBits }, chip));
  if (data === undefined) return { network: network.name, steps, weightBits, chips, events: null };
  const { split, limit = defaultFitLimit, strict = false } = settings;
  const opened = await openInputs(network, data, { split, limit, strict, batchSize: 8, needsLabels: false });
  const threads = settings.threads ?? availableParallelism();
  const events = await measureArrivals(spiking, layers, opened.batches(undefined, tellLeftOut(settings)), {
    steps,
    engine: (plan) => engines.fast(plan, { threads }),
  });
  return { network: network.name, steps, weightBits, chips, events: Object.fromEntries(events) };
}

async function readLimits(given: string): Promise<ChipLimits> {
  if (!given.toLowerCase().endsWith('.json')) return limitsOf(given);
  const parsed = chipLimitsSchema.safeParse(await readJson(given));
  if (parsed.success) return parsed.data;
  throw misread(given, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw misread(path, messageOf(error));
  }
}

function misread(where: string, got: string): FormatError {
  return new FormatError({
    where,
    expected: 'what a chip has room for, as schemas/v1/chip.schema.json describes it',
    got,
    remedy: 'Check the path and the file',
  });
}
