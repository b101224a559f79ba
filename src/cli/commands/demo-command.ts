import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import { bundledData, bundledModel } from '../bundled.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { describedCommand } from '../described-command.ts';
import { evaluateWithProgress } from '../evaluate-with-progress.ts';
import { mention } from '../mention.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { printResult } from '../print-result.ts';
import { exitCodes } from '../report-error.ts';

interface Settings {
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly model?: string;
  readonly data?: string;
  readonly labels?: string;
  readonly limit?: number;
  readonly steps?: number;
}

/** `transpike demo`: convert, then evaluate at T = 1…8, in one go. */
export function demoCommand(): Command {
  return describedCommand('demo')
    .option('--model <model>', 'a source network (default: the bundled Vision Transformer)')
    .option(
      '--data <data>',
      'labelled images; a few of them choose the thresholds (default: generated glyphs)',
    )
    .addOption(options.externalData())
    .addOption(options.preprocess())
    .addOption(options.labels())
    .addOption(options.limit('number of images (default: 500)'))
    .addOption(options.steps(8))
    .addHelpText(
      'after',
      `
Examples:
  transpike demo
  transpike demo --model deit-tiny/ --data images/ --labels synset_words.txt`,
    )
    .action(demoAction);
}

async function demoAction(settings: Settings): Promise<void> {
  const { model, data, labels, limit = 500, steps = 8 } = settings;
  requireBoth(model, data);
  if (data === undefined) {
    refuseIdle('demo', settings, ['labels', 'preprocess', 'externalData'], {
      because: 'for the bundled network and glyphs, of which all is known',
    });
  }
  const source = await openWithProgress(model ?? bundledModel, settings);
  const [calibration, images] =
    data === undefined ? [bundledData.calibrate, bundledData.evaluate] : [data, data];
  // Thresholds that are right after two steps serve the later ones well.
  const { network, record } = await convertWithProgress(source, {
    method: 'ecmt',
    steps: 2,
    calibration,
  });
  const { sites, parityDeviation } = record;
  mention(`${source.name}: ${sites.length} spike sites; parity ${parityDeviation.toExponential(1)}`);
  const end = await evaluateWithProgress(network, {
    data: images,
    limit,
    steps,
    labels,
    onNotice: (notice) => (notice.kind === 'other-steps' ? undefined : printNotice(notice)),
  });
  if (end.finished) {
    printResult(end.result);
    console.log(`run record: ${join(end.folder, 'result.json')}`);
    if (end.report) console.log(`report: ${end.report}`);
  } else {
    process.exitCode = exitCodes.interrupted;
  }
}

/** The bundled network knows generated glyphs and nothing else. */
function requireBoth(model: string | undefined, data: string | undefined): void {
  if ((model === undefined) === (data === undefined)) return;
  throw new UsageError({
    where: 'demo',
    expected: 'both --model and --data, or neither',
    got: model === undefined ? 'only --data' : 'only --model',
    remedy: 'Give the other one too',
  });
}
