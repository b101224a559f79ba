import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { methodNamed, presetOf } from '../methods/methods.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import type { Network } from '../opening/open-network.ts';
import { type ConvertSettings, convertNetwork } from './convert-network.ts';
import { requireSource } from './require-source.ts';

/** One spiking network of a comparison, made when its turn comes. */
export interface ComparedNetwork {
  /** Method and preset, or the name of the file. */
  readonly name: string;
  /** What it is converted from; else itself. */
  readonly from: Network;
  /** What decides about its conversion, where it is converted. */
  readonly conversion?: Readonly<Record<string, unknown>>;
  open(): Promise<Network>;
}

/**
 * Spiking networks by several methods from one source network, all with the same calibration.
 *
 * @param names methods, or methods with a preset: `ecmt`, `ecmt/reference`
 * @param convert what converts, so that it can be shown
 * @throws UsageError if a name is unknown or stands twice, or the network spikes already
 *
 * @example
 * ```ts
 * import { byMethods, openNetwork } from 'transpike';
 *
 * const source = await openNetwork('vit/');
 * const compared = byMethods(source, ['ecmt', 'ecmt/reference'], { calibration: 'x.npy' });
 * console.log((await compared[0].open()).spiking); // true
 * ```
 */
export function byMethods(
  source: Network,
  names: readonly string[],
  settings: Omit<ConvertSettings, 'method' | 'preset'>,
  convert: typeof convertNetwork = convertNetwork,
): ComparedNetwork[] {
  requireSource(source);
  requireDifferent(names);
  const conversion = conversionIdentity(settings);
  return names.map((name) => {
    const [methodName = '', wanted] = name.split(/\/(.*)/);
    const method = methodNamed(methodName);
    const { name: preset } = presetOf(method, wanted);
    return {
      name,
      from: source,
      conversion,
      async open() {
        const { network } = await convert(source, { ...settings, method: methodName, preset });
        return network;
      },
    };
  });
}

/**
 * Spiking networks as they are.
 *
 * @throws UsageError if one does not spike, or two have the same name
 *
 * @example
 * ```ts
 * import { asTheyAre, convertNetwork, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy' });
 * console.log(asTheyAre([network]).map(({ name }) => name).join()); // vit
 * ```
 */
export function asTheyAre(networks: readonly Network[]): ComparedNetwork[] {
  const source = networks.find(({ spiking }) => !spiking);
  if (source) {
    throw new UsageError({
      where: source.path,
      expected: 'a spiking model (.snn.onnx)',
      got: 'a network that does not spike',
      remedy: 'Name methods and calibration images to convert it',
      means: ['calibration'],
    });
  }
  requireDifferent(networks.map(({ name }) => name));
  return networks.map((network) => ({
    name: network.name.replace(/\.snn$/, ''),
    from: network,
    open: async () => network,
  }));
}

function conversionIdentity({
  calibration,
  calibrationLimit,
  calibrationSplit,
  thresholds,
  steps,
  weightBits,
  rounding,
}: ConvertSettings) {
  return {
    calibrate: calibration === undefined ? undefined : absoluteDataPath(calibration),
    calibrationLimit,
    calibrationSplit,
    thresholds: thresholds === undefined ? undefined : resolve(thresholds),
    convertedFor: steps,
    // A comparison without them stays the one that it was.
    ...(weightBits !== undefined && { weightBits: String(weightBits), rounding }),
  };
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
