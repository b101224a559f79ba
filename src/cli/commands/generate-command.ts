import type { Command } from 'commander';
import pc from 'picocolors';
import {
  type GeneratedText,
  type GenerateSettings,
  generateText,
  type SpokenText,
} from '../../jobs/generate-text.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';

interface Settings extends GenerateSettings {
  readonly json?: boolean;
  readonly tokenizer?: string;
  readonly externalData?: readonly string[];
}

/** `transpike generate`: a text that goes on, by a spiking decoder. */
export function generateCommand(): Command {
  return describedCommand('generate')
    .addOption(options.newTokens())
    .addOption(options.steps('what the model was converted for'))
    .addOption(options.temperature())
    .addOption(options.topK())
    .addOption(options.topP())
    .addOption(options.seed())
    .addOption(options.stop())
    .addOption(options.source())
    .addOption(options.engine())
    .addOption(options.synapses())
    .addOption(options.memoryMB())
    .addOption(options.tokenizer())
    .addOption(options.externalData())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Every token takes a run over the whole text; nothing is kept from one to the next.

Examples:
  transpike generate gpt2.snn.onnx "Once upon a time" --tokens 40
  transpike generate gpt2.snn.onnx "Once upon a time" --temperature 0.8 --top-p 0.9 --seed 7 -T 8`,
    )
    .action(generateAction);
}

async function generateAction(path: string, prompt: string, settings: Settings): Promise<void> {
  const network = await openWithProgress(path, settings);
  const { json } = settings;
  let speaking: 'spiking' | 'source' | undefined;
  const stop = stopOnInterrupt('this token');
  const generated = await generateText(network, prompt, {
    ...settings,
    signal: stop.signal,
    onNotice: printNotice,
    onText: json
      ? undefined
      : ({ of, text }) => {
          if (of !== speaking)
            process.stdout.write(pc.dim(of === 'spiking' ? prompt : `\n\nsource network: ${prompt}`));
          speaking = of;
          process.stdout.write(text);
        },
  }).finally(stop.end);
  if (json) console.log(JSON.stringify(generated, null, 2));
  else process.stdout.write(`\n\n${summary(generated).join('\n')}\n`);
}

function summary({ steps, spiking, source, agreement }: GeneratedText): string[] {
  return [
    `spiking network, T = ${steps}: ${spoken(spiking)}`,
    ...(source ? [`source network: ${spoken(source)}`] : []),
    ...(agreement
      ? [
          `behind the spiking network’s text, the source network’s best token is the same at ${agreement
            .map((share, i) => `${(100 * share).toFixed(1)} % (T = ${i + 1})`)
            .join(', ')}`,
        ]
      : []),
  ];
}

const ends: Readonly<Record<SpokenText['end'], string>> = {
  'stop-token': 'ended by itself',
  'stop-text': 'ended by a text given to stop',
  enough: 'as many as wanted',
  full: 'the network takes no longer text',
};

function spoken({ tokens, end, tokensRead, secondsPerToken }: SpokenText): string {
  const read = `${tokensRead.toLocaleString('en')} read, the whole text anew for each`;
  return `${tokens.length} tokens (${ends[end]}; ${read}), ${secondsPerToken.toPrecision(2)} s a token`;
}
