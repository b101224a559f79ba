import type { Command } from 'commander';
import pc from 'picocolors';
import { type Inspection, type InspectSettings, inspectNetwork } from '../../jobs/inspect-network.ts';
import { inspectionTable } from '../../tables/inspection-table.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options } from '../options.ts';
import { type PrintSettings, printLine, tableText } from '../print-table.ts';

interface Settings extends InspectSettings, PrintSettings {
  readonly externalData?: readonly string[];
  readonly overTime?: readonly string[];
  readonly inputShapes?: readonly string[];
  readonly json?: boolean;
}

/** `transpike inspect`: what a network is and what a conversion would do with it. */
export function inspectCommand(): Command {
  return describedCommand('inspect')
    .addOption(options.method())
    .addOption(options.externalData())
    .addOption(options.format())
    .addOption(options.overTime())
    .addOption(options.inputShapes())
    .addOption(options.json())
    .addHelpText('after', '\nExamples:\n  transpike inspect deit-tiny/\n  transpike inspect vit.onnx --json')
    .action(async (path: string, settings: Settings) => {
      const inspection = await inspectNetwork(await openWithProgress(path, settings), settings);
      if (settings.json) console.log(JSON.stringify(inspection, null, 2));
      else if (settings.format) console.log(tableText(inspectionTable(inspection.sites), settings));
      else print(inspection);
      // Whoever asks in a script wants to know whether `convert` will work.
      if (inspection.obstacles.length > 0) process.exitCode = 1;
    });
}

function print(inspection: Inspection): void {
  const {
    name,
    origin,
    inputs,
    outputs,
    parameters,
    operators,
    macs,
    sites,
    obstacles,
    conversion,
    weightFiles,
  } = inspection;
  console.log(`${pc.bold(name)} (${origin})`);
  console.log(`  inputs      ${inputs.join(', ')}`);
  console.log(`  outputs     ${outputs.join(', ')}`);
  console.log(`  parameters  ${parameters.toLocaleString('en')}`);
  if (weightFiles.length > 0) console.log(`  weights in  ${weightFiles.join(', ')}`);
  if (macs !== undefined)
    console.log(`  operations  ${(macs / 1e9).toPrecision(3)} G multiply-accumulate an image`);
  const counts = Object.entries(operators).map(([type, count]) => `${count} ${type}`);
  printLine(`  operators   ${counts.join(', ')}`);
  if (conversion) {
    const { method, preset, steps, correctedBiases, weightBits } = conversion;
    console.log(`  spiking     method ${method} (${preset}), thresholds for T = ${steps}`);
    if (weightBits) console.log(`  weights     ${[...new Set(weightBits)].join('–')} bits`);
    if (correctedBiases) console.log(`  biases      corrected at ${correctedBiases} operators`);
  }
  console.log(sites.length > 0 ? tableText(inspectionTable(sites)) : pc.yellow('no spike sites'));
  for (const obstacle of obstacles) console.log(`${pc.red('cannot be converted:')} ${obstacle}`);
  if (obstacles.length === 0 && !conversion)
    console.log(`${pc.green('✓')} can be converted: ${sites.length} spike sites`);
}
