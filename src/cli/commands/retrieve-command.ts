import { type Command, InvalidArgumentError, Option } from 'commander';
import { writeAtomically } from '../../files/write-atomically.ts';
import { requireWritable } from '../../jobs/require-writable.ts';
import { type RetrieveSettings, retrieveSources } from '../../jobs/retrieve-sources.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { count } from '../../report/format.ts';
import { renderRetrieval } from '../../report/retrieval-report.ts';
import type { Retrieval } from '../../retrieval/retrieval-result.ts';
import { foundTable, resolutionTable, retrievalTable } from '../../tables/retrieval-table.ts';
import { modelAt } from '../bundled.ts';
import { describedCommand } from '../described-command.ts';
import { JobOption, options, wholeNumber } from '../options.ts';
import { printLine, tableText } from '../print-table.ts';

interface Settings extends RetrieveSettings {
  readonly json?: boolean;
  readonly report?: string;
  readonly force?: boolean;
}

/** Snapshots whose sources are printed. */
const shownSnapshots = 4;

/** `transpike retrieve`: sources in snapshots of a sensor array. */
export function retrieveCommand(): Command {
  return describedCommand('retrieve')
    .addOption(
      new JobOption('snapshots', 'number of generated snapshots (default: 100)', 'N').argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new JobOption('snr', 'signal-to-noise ratio of generated snapshots (default: 15)', 'dB').argParser(
        anyNumber,
      ),
    )
    .addOption(new JobOption('seed', 'seed of the snapshots (default: 0)', 'S').argParser(wholeNumber(0)))
    .addOption(
      new JobOption(
        'sources',
        'sources of generated snapshots at most (default: 5); of own ones exactly (default: what the network finds)',
        'K',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new JobOption(
        'separation',
        'least distance of generated sources in units of 1/M (default: 1.5)',
        'distance',
      ).argParser(anyNumber),
    )
    .addOption(
      new Option(
        '--input <file>',
        'own snapshots, complex numbers [N, …sensors] as .npy, sources of magnitude 0.5 to 1',
      ),
    )
    .addOption(new JobOption('resolution', 'measure how often two equal sources are told apart, too'))
    .addOption(
      new Option('--report <file>', 'write a page with spectra, and NMSE and errors from 0 to 30 dB'),
    )
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Sources are looked for by the network, by its spiking forms, and by FFT, ISTA, FISTA, OMP, MUSIC and ESPRIT. NMSE is in decibels.

Examples:
  transpike retrieve
  transpike retrieve --snapshots 400 --snr 10 --resolution --report harmonic.html
  transpike retrieve harmonic-2d --sources 3
  transpike retrieve --input snapshots.npy --json`,
    )
    .action(retrieveAction);
}

function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number, got '${text}'. Give for example 1.5.`);
}

async function retrieveAction(path: string | undefined, settings: Settings): Promise<void> {
  const { json, report, input, force } = settings;
  const network = await openNetwork(modelAt(path ?? 'harmonic-1d'));
  if (report !== undefined) {
    await requireWritable(report, { inputs: input === undefined ? [] : [input], kind: 'html', force });
  }
  const retrieval = await retrieveSources(network, {
    ...settings,
    sweep: report !== undefined && input === undefined,
  });
  if (report !== undefined) await writeAtomically(report, await renderRetrieval(retrieval));
  if (json) console.log(JSON.stringify(retrieval, null, 2));
  else print(retrieval, report);
}

function print(retrieval: Retrieval, report: string | undefined): void {
  const { network, sensors, grid, snapshots, snr, separation } = retrieval;
  const drawn = snr === null ? '' : `, ${snr} dB, sources at least ${separation}/M apart`;
  printLine(
    `${network}: ${sensors.join(' × ')} sensors, grid of ${grid.join(' × ')}, ${count(snapshots, 'snapshot')}${drawn}`,
  );
  console.log(tableText(snr === null ? foundTable(retrieval, shownSnapshots) : retrievalTable(retrieval)));
  if (retrieval.resolution) console.log(`\n${tableText(resolutionTable(retrieval))}`);
  if (snr === null && snapshots > shownSnapshots) {
    printLine(`sources of the first ${shownSnapshots} snapshots; all of them with --json`);
  }
  if (snr !== null) for (const line of legend) printLine(line);
  if (report !== undefined) printLine(`report: ${report}`);
}

const legend = [
  'NMSE: of the amplitudes on the grid; true-support: least squares at the true points of the grid',
  'hit: sources with an estimate within half of 1/M, or half the distance of the next source; false/snap.: peaks elsewhere',
  'RMSE·M: root mean square error of the frequencies that hit in units of 1/M; /bound: over the Cramér–Rao bound; refined: after Gauss–Newton steps',
  'operations: real multiply-accumulates a snapshot, a complex product is four; energy: full estimates; /equal bits: over the network in as many bits; SpiNNaker 2: over the network there',
];
