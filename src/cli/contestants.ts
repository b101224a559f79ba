import { UsageError } from '../errors.ts';
import type { ConvertSettings } from '../jobs/convert-network.ts';
import { requireSource } from '../jobs/require-source.ts';
import { methodNamed, presetOf } from '../methods/methods.ts';
import type { Network } from '../opening/open-network.ts';
import { convertWithProgress } from './convert-with-progress.ts';

/** One spiking network of a comparison, made when its turn comes. */
export interface Contestant {
  /** Method and preset, or the name of the file. */
  readonly name: string;
  open(): Promise<Network>;
}

/**
 * Spiking networks by several methods from one source network, all with the same calibration.
 *
 * @param names methods, or methods with a preset: `ecmt`, `ecmt/reference`
 * @throws UsageError if a name is unknown or stands twice, or the network spikes already
 */
export function byMethods(
  source: Network,
  names: readonly string[],
  settings: Omit<ConvertSettings, 'method' | 'preset'>,
): Contestant[] {
  requireSource(source);
  requireDifferent(names);
  return names.map((name) => {
    const [methodName = '', wanted] = name.split(/\/(.*)/);
    const method = methodNamed(methodName);
    const { name: preset } = presetOf(method, wanted);
    return {
      name,
      async open() {
        const { network } = await convertWithProgress(source, { ...settings, method: methodName, preset });
        return network;
      },
    };
  });
}

/** Spiking networks as they are. @throws UsageError if one does not spike, or two have the same name */
export function asTheyAre(networks: readonly Network[]): Contestant[] {
  const source = networks.find(({ spiking }) => !spiking);
  if (source) {
    throw new UsageError({
      where: source.path,
      expected: 'a spiking model (.snn.onnx)',
      got: 'a network that does not spike',
      remedy: 'Give --methods and --calibrate to convert it, for example --methods ecmt,ecmt/reference',
    });
  }
  requireDifferent(networks.map(({ name }) => name));
  return networks.map((network) => ({
    name: network.name.replace(/\.snn$/, ''),
    open: async () => network,
  }));
}

function requireDifferent(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new UsageError({
    where: 'compare',
    expected: 'names that differ',
    got: `'${twice}' twice`,
    remedy: 'Name every method or file once',
  });
}
