// What measuring a language model of GPT-2's shape (124 million parameters, random weights) takes in memory and time: perplexity of plain
// text at T time-steps for several numbers of texts, with everything that `evaluate` measures by default.
//   npm run bench:language -- [--folder DIR] [--length 256] [--texts 4,8,16] [--layers 12] [--steps 4] [--workers N]
// Every command is a process of its own. Its peaks in MB: `heap`, what JavaScript holds; `own`, all memory beside mapped
// files; `rss`, mapped files too. The last lines say how much memory each further text takes, and how long a token that is generated.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { GeneratedText } from '#internals';
import { measureCommand, measuredHead } from './measure-command.ts';
import { type RandomTensor, writeCheckpoint } from './write-checkpoint.ts';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: tmpdir() },
    length: { type: 'string', default: '256' },
    texts: { type: 'string', default: '4,8,16' },
    layers: { type: 'string', default: '12' },
    steps: { type: 'string', default: '4' },
    workers: { type: 'string' },
  },
});
const [layers, length] = [Number(options.layers), Number(options.length)];
const counts = options.texts.split(',').map(Number);
const [width, vocabulary, positions] = [768, 50257, 1024];

/** Name, shape and scale of every tensor of GPT-2. */
function* tensors(): Generator<RandomTensor> {
  const linear = function* (path: string, into: number, out: number): Generator<RandomTensor> {
    yield [`${path}.weight`, [into, out], Math.sqrt(3 / into)];
    yield [`${path}.bias`, [out], 0.1];
  };
  const norm = function* (path: string): Generator<RandomTensor> {
    yield [`${path}.weight`, [width], 1];
    yield [`${path}.bias`, [width], 0.1];
  };
  yield ['transformer.wte.weight', [vocabulary, width], 0.05];
  yield ['transformer.wpe.weight', [positions, width], 0.05];
  for (let i = 0; i < layers; i++) {
    const block = `transformer.h.${i}`;
    yield* norm(`${block}.ln_1`);
    yield* linear(`${block}.attn.c_attn`, width, 3 * width);
    yield* linear(`${block}.attn.c_proj`, width, width);
    yield* norm(`${block}.ln_2`);
    yield* linear(`${block}.mlp.c_fc`, width, 4 * width);
    yield* linear(`${block}.mlp.c_proj`, 4 * width, width);
  }
  yield* norm('transformer.ln_f');
}

/** A tokenizer with a vocabulary of GPT-2's size: words `w0`, `w1`… */
function writeTokenizer(folder: string): void {
  const vocab = Object.fromEntries(Array.from({ length: vocabulary }, (_, i) => [`w${i}`, i]));
  const model = { type: 'WordPiece', unk_token: 'w0', continuing_subword_prefix: '##', vocab };
  const tokenizer = { added_tokens: [], pre_tokenizer: { type: 'WhitespaceSplit' }, model };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ model_max_length: positions }));
}

/** So many texts of random words, as one text that is read in windows. */
function writeText(path: string, texts: number): string {
  const words = Array.from(
    { length: texts * length },
    (_, i) => `w${Math.floor(1e6 * (1 + Math.sin(i + 1))) % vocabulary}`,
  );
  writeFileSync(path, words.join(' '));
  return `${path}?length=${length}`;
}

/** What one more token takes in the spiking network behind so many. */
function spoken(network: string, words: number): string {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const prompt = Array.from({ length: words }, (_, i) => `w${i}`).join(' ');
  const limits = ['--tokens', '4', '--no-source', '-T', options.steps, '--json'];
  const { spiking }: GeneratedText = JSON.parse(
    execFileSync(process.execPath, [main, 'generate', network, prompt, ...limits], { encoding: 'utf8' }),
  );
  return `${spiking.secondsPerToken.toFixed(2)} s a token, ${spiking.tokensRead} tokens read for ${spiking.tokens.length}`;
}

const folder = mkdtempSync(join(options.folder, 'transpike-language-'));
try {
  console.log(
    `free memory: ${(freemem() / 2 ** 30).toFixed(1)} GB; texts of ${length} tokens, T = ${options.steps}`,
  );
  const config = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_layer: layers };
  const bytes = await writeCheckpoint(join(folder, 'gpt2'), config, tensors);
  writeTokenizer(join(folder, 'gpt2'));
  console.log(`weights: ${(bytes / 4e6).toFixed(0)} million, ${(bytes / 1e9).toFixed(2)} GB`);
  console.log(measuredHead);
  const spiking = join(folder, 'gpt2.snn.onnx');
  const calibration = writeText(join(folder, 'calibration.txt'), 2);
  await measureCommand(
    'convert on 2 texts',
    ['convert', join(folder, 'gpt2'), '--calibrate', calibration, '-T', options.steps, '-o', spiking],
    folder,
  );
  const peaks: number[] = [];
  for (const texts of counts) {
    const data = writeText(join(folder, `${texts}.txt`), texts);
    const run = join(folder, `run-${texts}`);
    const limits = ['-T', options.steps, ...(options.workers ? ['--workers', options.workers] : [])];
    const args = ['evaluate', spiking, '--data', data, ...limits, '--run', run];
    peaks.push((await measureCommand(`evaluate on ${texts} texts`, args, folder)).rss);
  }
  const growth = (peaks.at(-1)! - peaks[0]!) / Math.max(1, counts.at(-1)! - counts[0]!);
  console.log(
    `each further text: ${growth.toFixed(1)} MB more at the peak of ${Math.max(...peaks).toFixed(0)} MB`,
  );
  for (const words of [16, length - 16])
    console.log(`generate behind ${words} tokens: ${spoken(spiking, words)}`);
} finally {
  rmSync(folder, { recursive: true });
}
