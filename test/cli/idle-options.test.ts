import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { withFlags } from '../../src/cli/report-error.ts';
import { TranspikeError } from '../../src/errors.ts';
import { convertNetwork } from '../../src/jobs/convert-network.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { scratchFolder, tinyRecipe } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  const settings = { calibration: at('x.npy'), steps: 1, output: at('e.snn.onnx') };
  await convertNetwork(await openNetwork(at('vit')), settings);
  const decoder = { calibration: at('story.txt'), steps: 1, output: at('g.snn.onnx') };
  await convertNetwork(await openNetwork(at('gpt2')), decoder);
  writeFileSync(at('thresholds.json'), '[]');
  writeFileSync(at('tiny.json'), JSON.stringify(tinyRecipe));
}, 60_000);
afterAll(() => remove());

const at = (path: string) => join(folder, path);

/** Files of the folder stand as `@name` in commands and messages. */
const inFolder = (text: string) => text.replaceAll(/@(?=\w)/g, `${folder}/`);

async function refusal(command: string): Promise<string> {
  try {
    const program = await createProgram(command.split(' ')[0]);
    await program.parseAsync(command.split(' ').map(inFolder), { from: 'user' });
  } catch (error) {
    return error instanceof TranspikeError ? withFlags(error) : String(error);
  }
  return 'not refused';
}

/** What an option does: always something, or something unless it is refused. */
type Effect = string | Readonly<Record<string, string>>;

const exported = (name: string, flag: string, value: string): Effect => ({
  [`export @e.snn.onnx -o @b.onnx ${flag} ${value}`]: `form 'binary-spikes': expected no ${name} for this form, which does not take it, got ${value}. Leave it out (${flag}).`,
});

const opening: Record<string, Effect> = {
  '--external-data': {
    'inspect @vit --external-data @images':
      '@vit: expected an ONNX file, which may refer to weights elsewhere, got a checkpoint folder. Leave it out (--external-data).',
  },
};
const stacks = 'for .npy stacks, which hold inputs as they are';
const preprocess = (command: string): Record<string, Effect> => ({
  '--preprocess': {
    [`${command} --preprocess unit`]: `--preprocess: expected no preprocess ${stacks}, got unit. Leave it out (--preprocess).`,
  },
});
const tokenizer = (command: string): Record<string, Effect> => ({
  '--tokenizer': {
    [`${command} --tokenizer @images`]:
      'tokenizer @images: expected a network that reads tokens, got one that does not. Leave it out (--tokenizer).',
  },
});
const shaped: Record<string, Effect> = {
  '--input-shape': {
    'inspect @vit --input-shape 3,8,12':
      '@vit: expected an input with lengths that are open, got x [batch,3,8,12]. Leave it out (--input-shape).',
  },
};
/** Beside the options of opening for commands that take source networks. */
const timed: Record<string, Effect> = {
  ...shaped,
  '--over-time': {
    'inspect @e.snn.onnx --over-time x':
      '@e.snn.onnx: expected a source network, whose inputs can be given a time axis, got a spiking network made without. Convert the source network with it (--over-time).',
  },
};
const output = 'where files are written, or over what';
const called = 'what the run is called';
const printing = 'how results are printed';
const strict = 'what happens with images that cannot be read';
const measured = 'which images are measured on, and with which labels; other data than it fits refuse it';
const calibrated = 'which images thresholds are chosen on';
const asTheyAre = 'where spiking networks are compared as they are';
const spikes = 'for a network that spikes already';
const beside = "beside thresholds, which '@thresholds.json' gives";
const dense = 'for a network that does not spike';
const denseRemedy = 'Convert it first, or leave that out';
const imported = (name: string, flag: string, value: string): Effect => ({
  [`convert @vit --thresholds @thresholds.json ${flag}${value === 'true' ? '' : ` ${value}`}`]: `@vit: expected no ${name} ${beside}, got ${value}. Leave it out (${flag}).`,
});
const converting = (name: string, flag: string, value: string): Effect => ({
  [`evaluate @e.snn.onnx --data @x.npy ${flag} ${value}`]: `@e.snn.onnx: expected no ${name} ${spikes}, got ${value}. Leave it out (${flag}).`,
  [`evaluate @vit --data @x.npy ${flag} ${value}`]: `@vit: expected no ${name} without images to convert it with, got ${value}. Give --calibrate, too, or leave that out (${flag}).`,
});
const overTime = (name: string, flag: string, value: string): Effect => ({
  [`evaluate @vit --data @x.npy ${flag}${value === 'false' ? '' : ` ${value}`}`]: `@vit: expected no ${name} ${dense}, got ${value}. ${denseRemedy} (${flag}).`,
});
const compared = (name: string, flag: string, value: string): Effect => ({
  [`compare @e.snn.onnx --data @x.npy ${flag} ${value}`]: `compare: expected no ${name} ${asTheyAre}, got ${value}. Leave it out (${flag}).`,
});
const exact = (name: string, flag: string, value: string): Effect => ({
  [`run @e.snn.onnx --input @x.npy -o @y.npy --precision float64 ${flag} ${value}`]: `precision float64: expected no ${name} beside the reference, which is an engine of its own with float64 weights, got ${value}. Leave it out (${flag}).`,
});
const stateless = (name: string, flag: string, value: string): Effect => ({
  [`run @e.snn.onnx --input @x.npy -o @y.npy ${flag} ${value}`]: `run: expected no ${name} where no stream goes on from one window to the next, got ${value}. Say what becomes of averages in a stream, too, or leave that out (${flag}).`,
});
const unmeasured = (name: string, flag: string, value: string): Effect => ({
  [`tune @vit --calibrate @x.npy --energy 0.3 ${flag} ${value}`]: `@vit: expected no ${name} where nothing but calibration data is measured on, got ${value}. Give data to measure on, or calibrationLimit and calibrationSplit (${flag}).`,
});
const uncounted = (name: string, flag: string, value: string): Effect => ({
  [`fit @e.snn.onnx ${flag} ${value}`]: `fit: expected no ${name} where no spikes are counted, got ${value}. Give data, too, or leave that out (${flag}).`,
});
const reported = (name: string, flag: string, value: string): Effect => ({
  [`report @run ${flag}${value === 'true' ? '' : ` ${value}`}`]: `report: expected no ${name} for the report, which stands in the folder of its run, got ${value}. Give --figure, too, or leave that out (${flag.replace('-o', '--output')}).`,
});
const undrawn = (name: string, flag: string, value: string): Effect => ({
  [`generate @g.snn.onnx a ${flag} ${value}`]: `generate: expected no ${name} where the best token is taken every time, got ${value}. Give a temperature above 0, too, or leave that out (${flag}).`,
});
const ownSnapshots = (name: string, flag: string, value: string): Effect => ({
  [`retrieve @s-lista --input @x.npy ${flag}${value === 'true' ? '' : ` ${value}`}`]: `retrieve: expected no ${name} beside own snapshots, which are as they are, got ${value}. Leave it out (${flag}).`,
});
const bundled = (name: string, flag: string, value: string): Effect => ({
  [`demo ${flag} ${value}`]: `demo: expected no ${name} for the bundled network and glyphs, of which all is known, got ${value}. Leave it out (${flag}).`,
});

/** Options of all commands: modules that are loaded before anything is done, and how much is told. */
const common = ['--use', '--config', '--quiet', '--verbose'];
const further = 'inputs by name, beside those of the data';

/** Every option of every command, but those of all. */
const effects: Record<string, Record<string, Effect>> = {
  convert: {
    ...opening,
    ...timed,
    '--input': further,
    '--preprocess': 'kept in the spiking model',
    ...tokenizer('convert @vit --calibrate @x.npy'),
    '--method': 'the method',
    '--preset': 'its settings',
    '--steps': 'T',
    '--labels': 'kept in the spiking model',
    '--thresholds': 'the thresholds',
    '--calibrate': imported('calibration', '--calibrate', '@x.npy'),
    '--calibration-limit': imported('calibrationLimit', '--calibration-limit', '3'),
    '--calibration-split': imported('calibrationSplit', '--calibration-split', 'train'),
    '--weight-bits': 'the weights',
    '--latency': imported('latency', '--latency', '8'),
    '--rounding': {
      'convert @vit --calibrate @x.npy --rounding nearest':
        'rounding: expected bits of weights to round to, got nearest without them. Give them, or leave the rounding out (--weight-bits).',
    },
    '--limit': imported('calibrationLimit', '--calibration-limit', '3'),
    '--split': imported('calibrationSplit', '--calibration-split', 'train'),
    '--batch': imported('batchSize', '--batch', '3'),
    '--strict': imported('strict', '--strict', 'true'),
    '--output': output,
    '--bundle': output,
    '--force': output,
    '--json': printing,
  },
  tune: {
    ...opening,
    ...timed,
    '--input': further,
    '--preprocess': 'kept in the spiking model',
    ...tokenizer('tune @vit --calibrate @x.npy --energy 0.3'),
    '--calibrate': calibrated,
    '--calibration-limit': calibrated,
    '--calibration-split': calibrated,
    '--energy': {
      'tune @vit --calibrate @x.npy --energy 35':
        'energy ratio: expected a number above 0 and at most 1, got 35. Give for example 0.35 for 35 %.',
      'tune @vit --calibrate @x.npy --energy 0.3 --accuracy-drop 1':
        'tune: expected one of --energy, --accuracy-drop and --frontier, got 2 of them. Give for example --energy 0.35.',
    },
    '--accuracy-drop': {
      'tune @vit --calibrate @x.npy --accuracy-drop 101':
        'accuracy drop in points: expected a number above 0 and at most 100, got 101. Give for example 1 for at most one point.',
    },
    '--frontier': 'the goal, and a file',
    '--ladder': 'which levels spikes may have',
    '--steps': 'most T',
    '--task': 'what is measured',
    '--measured-output': 'which output is measured',
    '--head': 'how boxes are read; refused for another task than detection',
    '--data': measured,
    '--labels': measured,
    '--split': unmeasured('split', '--split', 'train'),
    '--limit': unmeasured('limit', '--limit', '3'),
    '--queue': 'where networks are tried',
    '--serve': {
      'tune @vit --calibrate @x.npy --energy 0.3 --serve head:7000':
        'queue: expected a queue, too, got an address to serve at. Leave one of them out (--queue, --serve).',
    },
    '--batch': calibrated,
    '--run': output,
    '--strict': strict,
    '--output': output,
    '--bundle': output,
    '--force': output,
    '--name': called,
    '--tag': called,
    '--format': printing,
    '--json': printing,
  },
  evaluate: {
    ...opening,
    ...timed,
    '--input': further,
    ...preprocess('evaluate @e.snn.onnx --data @x.npy'),
    ...tokenizer('evaluate @vit --data @x.npy'),
    '--task': 'what is measured',
    '--output': 'which output is measured',
    '--head': 'how boxes are read; refused for another task than detection',
    '--data': measured,
    '--labels': measured,
    '--split': measured,
    '--limit': measured,
    '--batch': 'how images are computed',
    '--workers': 'how images are computed',
    '--queue': 'where images are computed',
    '--serve': {
      'evaluate @e.snn.onnx --data @x.npy --serve head:7000':
        'queue: expected a queue, too, got an address to serve at. Leave one of them out (--queue, --serve).',
    },
    '--run': output,
    '--strict': strict,
    '--name': called,
    '--tag': called,
    '--format': printing,
    '--json': printing,
    '--calibrate': {
      'evaluate @e.snn.onnx --data @x.npy --calibrate @x.npy':
        '@e.snn.onnx: expected a network that does not spike yet, got a spiking network. Give the source network.',
    },
    '--method': converting('method', '--method', 'rate'),
    '--preset': converting('preset', '--preset', 'tuned'),
    '--calibration-limit': converting('calibrationLimit', '--calibration-limit', '3'),
    '--calibration-split': converting('calibrationSplit', '--calibration-split', 'train'),
    '--weight-bits': converting('weightBits', '--weight-bits', '4'),
    '--rounding': converting('rounding', '--rounding', 'nearest'),
    '--steps': overTime('steps', '-T', '4'),
    '--memory': overTime('memoryMB', '--memory', '64'),
    '--engine': overTime('engine', '--engine', 'in-graph'),
    '--synapses': overTime('synapses', '--synapses', 'int8'),
    '--no-quantised': overTime('quantised', '--no-quantised', 'false'),
    '--exit-confidence': overTime('exitConfidence', '--exit-confidence', '0.9'),
    '--stream': {
      ...(overTime('stream', '--stream', 'restarted') as Record<string, string>),
      'evaluate @e.snn.onnx --data @x.npy --stream restarted --limit 3':
        'a stream: expected no limit of samples that are spread evenly and so do not follow one another, got 3. Leave it out (--limit).',
    },
  },
  compare: {
    ...opening,
    ...timed,
    '--input': further,
    ...preprocess('compare @e.snn.onnx --data @x.npy'),
    ...tokenizer('compare @e.snn.onnx --data @x.npy'),
    '--task': 'what is measured',
    '--output': 'which output is measured',
    '--head': 'how boxes are read; refused for another task than detection',
    '--data': measured,
    '--labels': measured,
    '--split': measured,
    '--limit': measured,
    '--batch': 'how images are computed',
    '--workers': 'how images are computed',
    '--queue': 'where images are computed',
    '--serve': {
      'compare @e.snn.onnx --data @x.npy --serve head:7000':
        'queue: expected a queue, too, got an address to serve at. Leave one of them out (--queue, --serve).',
    },
    '--memory': 'how images are computed',
    '--engine': 'how images are computed',
    '--synapses': 'how images are computed',
    '--no-quantised': 'what is measured',
    '--steps': 'T',
    '--run': output,
    '--strict': strict,
    '--name': called,
    '--tag': called,
    '--format': printing,
    '--json': printing,
    '--methods': {
      'compare @vit --data @x.npy --methods ecmt':
        'compare --methods: expected one source network and --calibrate, got no --calibrate. Give both, or leave --methods out to compare spiking models as they are.',
    },
    '--calibrate': compared('calibration', '--calibrate', '@x.npy'),
    '--calibration-limit': compared('calibrationLimit', '--calibration-limit', '3'),
    '--calibration-split': compared('calibrationSplit', '--calibration-split', 'train'),
    '--weight-bits': compared('weightBits', '--weight-bits', '4'),
    '--rounding': compared('rounding', '--rounding', 'nearest'),
  },
  diagnose: {
    ...opening,
    '--input': further,
    ...preprocess('diagnose @e.snn.onnx --data @x.npy'),
    ...tokenizer('diagnose @e.snn.onnx --data @x.npy'),
    '--data': measured,
    '--split': measured,
    '--limit': measured,
    '--steps': 'T',
    '--alone': 'what is measured',
    '--strict': strict,
    '--format': printing,
    '--json': printing,
  },
  simulate: {
    ...opening,
    '--input': further,
    ...preprocess('simulate @e.snn.onnx --data @x.npy'),
    ...tokenizer('simulate @e.snn.onnx --data @x.npy'),
    '--data': measured,
    '--split': measured,
    '--limit': measured,
    '--steps': 'T',
    '--hardware': 'what it runs on',
    '--lanes': 'what it runs on',
    '--device': 'what energy costs',
    '--strict': strict,
    '--format': printing,
    '--json': printing,
  },
  fit: {
    ...opening,
    '--input': further,
    ...preprocess('fit @e.snn.onnx --data @x.npy'),
    ...tokenizer('fit @e.snn.onnx --data @x.npy'),
    '--chip': 'what it is fitted on',
    '--data': 'whose spikes are counted',
    '--split': uncounted('split', '--split', 'test'),
    '--limit': uncounted('limit', '--limit', '2'),
    '--steps': 'T',
    '--weight-bits': 'bits of weights',
    '--strict': strict,
    '--format': printing,
    '--json': printing,
  },
  report: {
    '--figure': 'which figure is drawn',
    '--output': reported('output', '-o', '@x.svg'),
    '--format': reported('format', '--format', 'csv'),
    '--force': reported('force', '--force', 'true'),
    '--json': printing,
  },
  run: {
    ...opening,
    '--input': 'the inputs',
    '--output': output,
    '--force': output,
    '--json': printing,
    '--steps': 'T',
    '--precision': 'the numbers',
    '--batch': 'how inputs are computed',
    '--exit-confidence': 'where inputs stop',
    '--events': 'the inputs',
    '--step-milliseconds': {
      'run @e.snn.onnx --input @x.npy -o @y.npy --step-milliseconds 5':
        'run: expected no stepMilliseconds without a recording of events, got 5. Leave it out (--step-milliseconds).',
      'run @e.snn.onnx --input @x.npy --events @x.raw --batch 2':
        'a recording of events: expected no input or batchSize where answers are printed as the events come, got @x.npy, 2. Leave them out (--input, --batch).',
    },
    '--spikes': output,
    '--spikes-as': {
      'run @e.snn.onnx --input @x.npy -o @y.npy --spikes-as events':
        'run: expected no spikesAs without a file for spikes, got events. Leave it out (--spikes-as).',
    },
    '--stream': {
      'run @e.snn.onnx --input @x.npy -o @y.npy --stream restarted':
        'stream: expected inputs over time, in windows of 1 step, got a network whose inputs are constant over time. Give an input a time axis (--over-time).',
    },
    '--state-in': stateless('stateIn', '--state-in', '@s.safetensors'),
    '--state-out': stateless('stateOut', '--state-out', '@s.safetensors'),
    '--engine': exact('engine', '--engine', 'fast'),
    '--synapses': exact('synapses', '--synapses', 'int8'),
    '--memory': exact('memoryMB', '--memory', '64'),
  },
  retrieve: {
    '--snapshots': ownSnapshots('snapshots', '--snapshots', '3'),
    '--snr': ownSnapshots('snr', '--snr', '3'),
    '--seed': 'which snapshots are generated, and which calibrate',
    '--sources': 'how many sources are looked for',
    '--separation': ownSnapshots('separation', '--separation', '3'),
    '--input': 'own snapshots',
    '--resolution': ownSnapshots('resolution', '--resolution', 'true'),
    '--report': 'where the page is written',
    '--force': output,
    '--json': printing,
  },
  generate: {
    ...opening,
    ...tokenizer('generate @e.snn.onnx a'),
    '--tokens': 'how many tokens are added',
    '--steps': 'T',
    '--temperature': 'how tokens are drawn',
    '--top-k': undrawn('topK', '--top-k', '3'),
    '--top-p': undrawn('topP', '--top-p', '0.5'),
    '--seed': undrawn('seed', '--seed', '3'),
    '--stop': 'where the text ends',
    '--no-source': 'whether the source network speaks, too',
    '--engine': 'the engine',
    '--synapses': 'numbers that weights are kept in',
    '--memory': 'how much runs at once',
    '--json': printing,
  },
  inspect: {
    ...opening,
    ...timed,
    '--method': {
      'inspect @e.snn.onnx --method rate': `@e.snn.onnx: expected no method ${spikes}, got rate. Leave it out (--method).`,
    },
    '--format': printing,
    '--json': printing,
  },
  export: {
    ...opening,
    '--to': 'the form',
    '--steps': exported('steps', '-T', '2'),
    '--spikes-of': exported('spikesOf', '--spikes-of', 'all'),
    '--dt': exported('dt', '--dt', '0.5'),
    '--input': exported('goldenInput', '--input', 'x.npy'),
    '--weight-bits': exported('weightBits', '--weight-bits', '8'),
    '--accumulator-bits': exported('accumulatorBits', '--accumulator-bits', '16'),
    '--overflow': exported('overflow', '--overflow', 'wrap'),
    '--output': output,
    '--bundle': output,
    '--force': output,
    '--json': printing,
  },
  train: {
    '--output': output,
    '--data': {
      'train @tiny.json --data @images -o @trained':
        "recipe 'tiny': expected no data beside its own, 'glyphs:train?size=128' and 'glyphs:test?size=64', got '@images'. Leave it out, or leave data.train and data.test of the recipe open (--data).",
    },
    '--fresh': 'where it begins',
    '--json': printing,
  },
  finetune: {
    ...opening,
    '--preprocess': 'how pictures become inputs',
    '--method': 'how it is trained',
    '--steps': 'T',
    '--recipe': 'how it is trained',
    '--data': 'what it is trained on',
    '--test-data': 'what it is measured on',
    '--epochs': 'how long it is trained',
    '--spike-penalty': 'how it is trained',
    '--batch': 'how it is trained',
    '--learning-rate': 'how it is trained',
    '--output': output,
    '--run': called,
    '--fresh': 'where it begins',
    '--bundle': output,
    '--force': output,
    '--json': printing,
  },
  quantise: {
    ...opening,
    '--preprocess': 'how pictures become inputs',
    '--bits': 'what is trained',
    '--widen': 'what is trained',
    '--budget': 'what is trained',
    '--recipe': 'how it is trained',
    '--data': 'what it is trained on',
    '--test-data': 'what it is measured on',
    '--epochs': 'how long it is trained',
    '--batch': 'how it is trained',
    '--learning-rate': 'how it is trained',
    '--output': output,
    '--run': 'where it is trained',
    '--fresh': 'where it begins',
    '--bundle': 'how it is written',
    '--force': 'what may be replaced',
    '--json': printing,
  },
  demo: {
    '--model': {
      'demo --model @vit':
        'demo: expected both --model and --data, or neither, got only --model. Give the other one too.',
    },
    '--data': {
      'demo --data @images':
        'demo: expected both --model and --data, or neither, got only --data. Give the other one too.',
    },
    '--labels': bundled('labels', '--labels', '@names.txt'),
    '--preprocess': bundled('preprocess', '--preprocess', 'unit'),
    '--external-data': bundled('externalData', '--external-data', '@images'),
    '--limit': measured,
    '--steps': 'T',
  },
  events: {},
  worker: {
    '--queue': 'whom it works for',
    '--concurrency': 'how it works',
    '--cache': 'where it keeps what it fetched',
    '--cache-size': 'how much of that it keeps',
    '--lease': 'when others take its jobs over',
    '--patience': 'when its jobs count as hanging',
    '--status': 'whether it works, or tells',
    '--json': {
      'worker --queue redis://127.0.0.1:1 --json':
        'worker: expected no format while it works, got json. Ask for the status, too (--format).',
    },
  },
  studio: {
    '--runs': 'which runs it shows',
    '--port': 'where it listens',
    '--host': 'where it listens',
  },
  runs: {},
  methods: { '--format': printing, '--json': printing },
  neurons: { '--format': printing, '--json': printing },
  devices: { '--format': printing, '--json': printing },
  cite: { '--json': printing },
  doctor: { '--json': printing },
  completion: {},
};

it('says of every option of every command what it does', async () => {
  const said = Object.entries(effects).map(([command, flags]) => [
    command,
    [...Object.keys(flags), ...common].sort(),
  ]);
  const commands = (await createProgram()).commands.filter((command) => command.name() !== 'help');
  const there = commands.map((command) => [command.name(), command.options.map(({ long }) => long!).sort()]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(there));
});

const refusals = Object.values(effects).flatMap((flags) =>
  Object.values(flags).flatMap((effect) => (typeof effect === 'string' ? [] : Object.entries(effect))),
);

describe('an option that would change nothing is refused', () => {
  it.each([...new Map(refusals)])('%s', async (command, message) => {
    expect(await refusal(command)).toBe(inFolder(message));
  });
});
