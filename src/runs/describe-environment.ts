import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import { readConversionRecord } from '../conversion/conversion-record.ts';
import { usedExtensions } from '../extensions/register-extension.ts';
import type { Model } from '../graph/model.ts';
import { chooseRuntime } from '../native/machine-runtime.ts';
import type { Environment } from '../results/environment.ts';

/**
 * What a run was made with and where; goes into `environment.json`.
 *
 * @param command that started it, where there was one
 */
export function describeEnvironment(
  network: {
    readonly name: string;
    readonly model?: Model;
    readonly classes?: readonly string[] | undefined;
  },
  command?: string,
): Environment {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const record = network.model && readConversionRecord(network.model);
  const extensions = usedExtensions().map(({ name, version: of, hash }) => ({ name, version: of, hash }));
  return {
    network: network.name,
    transpike: version,
    node: process.versions.node,
    onnxruntime: runtimeVersion(),
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    ...(command !== undefined && { command }),
    finished: new Date().toISOString(),
    ...(record && {
      conversion: {
        method: record.method,
        preset: record.preset,
        steps: record.steps,
        calibration: record.calibration,
      },
    }),
    ...(extensions.length > 0 && { extensions }),
    ...(network.classes && { classes: [...network.classes] }),
  };
}

/** The version alone for the native build, which most have. */
function runtimeVersion(): string {
  const { package: name, version } = chooseRuntime();
  return name === 'onnxruntime-node' ? version : `${version} (${name})`;
}
