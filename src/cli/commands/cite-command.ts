import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { papersOf } from '../../citations/papers-of.ts';
import { toBibtex } from '../../citations/to-bibtex.ts';
import { readConversionRecord } from '../../conversion/conversion-record.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { describedCommand } from '../described-command.ts';
import { options } from '../options.ts';

interface Settings {
  readonly json?: boolean;
}

/** `transpike cite`: the publications behind what was used. */
export function citeCommand(): Command {
  return describedCommand('cite')
    .addOption(options.json())
    .addHelpText(
      'after',
      '\nExamples:\n  transpike cite ecmt > references.bib\n  transpike cite vit.snn.onnx',
    )
    .action(async (names: readonly string[], { json }: Settings) => {
      const used = (await Promise.all(names.map(usedIn))).flat();
      const papers = papersOf([...new Set(used)]);
      if (json) console.log(JSON.stringify({ names: used, papers }, null, 2));
      else console.log([ownEntry(), ...papers.map(toBibtex)].join('\n\n'));
    });
}

/** The method and the neurons of a model; a name stands for itself. */
async function usedIn(name: string): Promise<string[]> {
  if (!existsSync(name)) return [name];
  const { model } = await openNetwork(name);
  const record = readConversionRecord(model);
  return record ? [record.method, ...new Set(record.sites.map(({ neuron }) => neuron))] : [];
}

function ownEntry(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return `@software{transpike,
  author = {{The Transpike contributors}},
  title = {{Transpike: trained networks as spiking ones}},
  version = {${version}}
}`;
}
