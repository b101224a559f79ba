import { join } from 'node:path';
import { Command } from 'commander';
import { openNetwork } from '../../networks/open-network.ts';
import { convertNetwork } from '../convert-network.ts';
import { evaluateNetwork } from '../evaluate-network.ts';
import { options } from '../options.ts';
import { printResult } from '../print-result.ts';
import { exitCodes } from '../report-error.ts';

interface Settings {
  readonly model: string;
  readonly data: string;
  readonly labels?: string;
  readonly limit: number;
  readonly steps: number;
}

/** `transpike demo`: convert, then evaluate at T = 1…8, in one go. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Convert a network with ECMT and print its accuracy at every time-step.')
    .requiredOption('--model <model>', 'a source network')
    .requiredOption('--data <data>', 'labelled images; a few of them choose the thresholds')
    .addOption(options.labels())
    .addOption(options.limit('number of images').default(200))
    .addOption(options.steps(8))
    .action(demoAction);
}

async function demoAction({ model: path, data, labels, limit, steps }: Settings): Promise<void> {
  const source = await openNetwork(path);
  // Thresholds that are right after two steps serve the later ones well.
  const settings = { method: 'ecmt', steps: 2, calibrate: data, ...(labels !== undefined && { labels }) };
  const { model, record } = await convertNetwork(source, settings);
  console.error(`${record.sites.length} spike sites; parity ${record.parityDeviation.toExponential(1)}`);
  const network = {
    ...source,
    model,
    spiking: true,
    fingerprint: `${source.fingerprint} ${JSON.stringify(record)}`,
  };
  const end = await evaluateNetwork(network, { data, limit, steps, ...(labels !== undefined && { labels }) });
  if (end.finished) {
    printResult(end.result);
    console.log(`run record: ${join(end.folder, 'result.json')}`);
  } else {
    process.exitCode = exitCodes.interrupted;
  }
}
