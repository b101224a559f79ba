import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { compareNetworks } from '../../jobs/compare-networks.ts';
import { asTheyAre, byMethods, type ComparedNetwork } from '../../jobs/compared-networks.ts';
import { defaultSteps } from '../../jobs/convert-network.ts';
import type { EvaluateSettings } from '../../jobs/evaluate-network.ts';
import { absoluteDataPath } from '../../opening/absolute-data-path.ts';
import { type Network, openNetwork } from '../../opening/open-network.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { evaluateWithProgress } from '../evaluate-with-progress.ts';
import { options, wholeNumber } from '../options.ts';
import { comparisonLegend, comparisonTable } from '../print-comparison.ts';
import { printNotice } from '../print-notice.ts';
import { exitCodes } from '../report-error.ts';

interface Settings extends EvaluateSettings {
  readonly methods?: string;
  readonly calibrate?: string;
  readonly calibrationLimit?: number;
  readonly json?: boolean;
  readonly externalData?: readonly string[];
}

/** `transpike compare`: several methods on the same images, in one table and one report. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('Measure several methods, or several spiking networks, on the same images.')
    .argument('<models...>', 'one source network with --methods; or spiking models (.snn.onnx)')
    .requiredOption('--data <data>', 'images to measure on, as for evaluate')
    .option(
      '--methods <names>',
      `methods to convert the network with, as ecmt,ecmt/reference,rate; for T = ${defaultSteps} unless -T says otherwise`,
    )
    .option('--calibrate <data>', 'images to choose thresholds on, the same for every method')
    .addOption(options.externalData())
    .addOption(options.calibrationLimit())
    .addOption(options.steps())
    .addOption(options.labels())
    .addOption(options.split())
    .addOption(options.limit('use at most this many images, evenly spread over the data'))
    .addOption(options.batch())
    .option('--workers <N>', 'threads that evaluate, each with its own copy of the networks', wholeNumber(1))
    .option('--run <folder>', 'folder of the record (default: runs/compare-<model>-<settings>)')
    .addOption(options.engine())
    .addOption(options.synapses())
    .option('--no-quantised', 'leave out the source network in as many bits as the spikes carry')
    .addOption(options.strict())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
An interrupted comparison (Ctrl-C) goes on when the same command is given again.

Examples:
  transpike compare deit-tiny/ --methods ecmt,ecmt/reference --calibrate images/ --data images/ -T 4
  transpike compare resnet/ --methods rate,opi,cos --calibrate cifar10/train --data cifar10/test -T 8
  transpike compare a.snn.onnx b.snn.onnx --data images/`,
    )
    .action(compareAction);
}

async function compareAction(paths: readonly string[], settings: Settings): Promise<void> {
  const networks = await Promise.all(paths.map((path) => openNetwork(path, settings)));
  const { methods, calibrate, calibrationLimit, externalData: _, json, run, ...evaluation } = settings;
  const compared = comparedOf(networks, settings);
  const { workers: __, data, labels, ...rest } = evaluation;
  const end = await compareNetworks(
    {
      name: networks.map(({ name }) => name.replace(/\.snn$/, '')).join('-vs-'),
      networks: compared,
      folder: run,
      onNetwork: (name, doneBefore) => console.error(doneBefore ? `${name}: done before` : `${name}:`),
      evaluate: evaluateWithProgress,
      identity: {
        models: networks.map(({ path }) => path),
        fingerprints: networks.map(({ fingerprint }) => fingerprint),
        methods: methods && compared.map(({ name }) => name),
        calibrate: calibrate && absoluteDataPath(calibrate),
        calibrationLimit,
        data: absoluteDataPath(data),
        labels: labels && resolve(labels),
        ...rest,
      },
    },
    {
      ...evaluation,
      onNotice: printNotice,
      ...(methods !== undefined && { steps: settings.steps ?? defaultSteps }),
    },
  );
  if (!end.finished) {
    console.error(`stopped after ${end.done} images of ${end.name}; give the same command again to go on`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { folder, entries, report } = end;
  if (json) {
    console.log(JSON.stringify({ run: folder, report, entries }, null, 2));
    return;
  }
  console.log([comparisonTable(entries), ...comparisonLegend].join('\n'));
  console.log(`run record: ${join(folder, 'result.json')}`);
  if (report) console.log(`report: ${report}`);
}

function comparedOf(networks: readonly Network[], settings: Settings): ComparedNetwork[] {
  const { methods, calibrate, calibrationLimit, steps = defaultSteps, labels, batch, strict } = settings;
  if (methods === undefined) return asTheyAre(networks.map(requireSpiking));
  if (networks.length > 1 || calibrate === undefined) {
    throw new UsageError({
      where: 'compare --methods',
      expected: 'one source network and --calibrate',
      got: calibrate === undefined ? 'no --calibrate' : `${networks.length} networks`,
      remedy: 'Give both, or leave --methods out to compare spiking models as they are',
    });
  }
  const names = methods.split(',').map((name) => name.trim());
  const conversion = { steps, calibrate, calibrationLimit, labels, batch, strict };
  return byMethods(networks[0]!, names, conversion, convertWithProgress);
}

function requireSpiking(network: Network): Network {
  if (network.spiking) return network;
  throw new UsageError({
    where: network.path,
    expected: 'a spiking model (.snn.onnx)',
    got: 'a network that does not spike',
    remedy: 'Give --methods and --calibrate to convert it, for example --methods ecmt,ecmt/reference',
  });
}
