import { availableParallelism } from 'node:os';
import type { Device } from '../energy/define-device.ts';
import { devices } from '../energy/devices/devices.ts';
import { engines } from '../engines/engines.ts';
import { UsageError } from '../errors.ts';
import { chipNamed } from '../hardware/chips/chips.ts';
import { type Simulation, simulate } from '../hardware/simulate.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import type { JobListener } from './notice.ts';
import { tellLeftOut } from './tell-left-out.ts';

/** Samples that are simulated when nothing else is said. */
export const defaultSimulationLimit = 64;

/** How to simulate networks on a model of hardware. */
export interface SimulateSettings extends JobListener {
  /** Samples, as for an evaluation; accuracy is told where they have labels. */
  readonly data: string;
  /** Part of the data to use where there are several. */
  readonly split?: string | undefined;
  /** Use at most this many samples, evenly spread. Default 64. */
  readonly limit?: number | undefined;
  /** Time-steps T, or slots of a window; default: what each model was converted for. */
  readonly steps?: number | undefined;
  /** Name of the model of hardware. Default: `spike-once` */
  readonly hardware?: string | undefined;
  /** Accumulators side by side. Default 64 */
  readonly lanes?: number | undefined;
  /** Name of the device whose prices count. Default: `45nm-int8` */
  readonly device?: string | undefined;
  /** Whether a sample that cannot be read is an error. Default false: it is left out. */
  readonly strict?: boolean | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
}

/** What a network did on a model of hardware. */
export interface SimulatedNetwork extends Simulation {
  /** Name of the network. */
  readonly name: string;
}

/**
 * Runs spiking networks on the same samples on a model of hardware, so that what they take can be compared.
 *
 * @throws UsageError if a network does not spike, or the hardware or device is unknown; DataError if the data cannot be used
 */
export async function simulateNetworks(
  networks: readonly Network[],
  settings: SimulateSettings,
): Promise<SimulatedNetwork[]> {
  const { data, split, limit = defaultSimulationLimit, strict = false, steps, lanes = 64 } = settings;
  const chip = chipNamed(settings.hardware ?? 'spike-once');
  const device = deviceNamed(settings.device ?? '45nm-int8');
  for (const network of networks) requireSpiking(network);
  const threads = settings.threads ?? availableParallelism();
  const found: SimulatedNetwork[] = [];
  for (const network of networks) {
    const inputs = await openInputs(network, data, {
      split,
      limit,
      strict,
      batchSize: 8,
      needsLabels: false,
    });
    const batches = inputs.batches(undefined, tellLeftOut(settings));
    const simulation = await simulate(network.model, batches, {
      chip,
      device,
      steps,
      lanes,
      engine: (plan) => engines.fast(plan, { threads }),
    });
    found.push({ name: network.name, ...simulation });
  }
  return found;
}

function requireSpiking(network: Network): void {
  if (network.spiking) return;
  throw new UsageError({
    where: network.path,
    expected: 'a spiking model',
    got: 'a network that does not spike',
    remedy: 'Convert it first',
    means: ['convert'],
  });
}

function deviceNamed(name: string): Device {
  const found = devices.find((each) => each.name === name);
  if (found) return found;
  throw new UsageError({
    where: `device '${name}'`,
    expected: `one of ${devices.map((each) => each.name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose a known device',
  });
}
