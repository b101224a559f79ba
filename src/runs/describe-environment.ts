import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import { readConversionRecord } from '../conversion/conversion-record.ts';
import type { Model } from '../graph/model.ts';
import type { Environment } from '../results/environment.ts';

/** What a run was made with and where; goes into `environment.json`. */
export function describeEnvironment(network: {
  readonly name: string;
  readonly model?: Model;
  readonly classes?: readonly string[] | undefined;
}): Environment {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const record = network.model && readConversionRecord(network.model);
  return {
    network: network.name,
    transpike: version,
    node: process.versions.node,
    onnxruntime: installedVersion('onnxruntime-node'),
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    command: ['transpike', ...process.argv.slice(2)].map(quote).join(' '),
    finished: new Date().toISOString(),
    ...(record && {
      conversion: {
        method: record.method,
        preset: record.preset,
        steps: record.steps,
        calibration: record.calibration,
      },
    }),
    ...(network.classes && { classes: [...network.classes] }),
  };
}

function installedVersion(name: string): string {
  try {
    const require = createRequire(import.meta.url);
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
