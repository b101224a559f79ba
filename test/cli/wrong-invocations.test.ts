/** What people get wrong on the command line, and the exact answers: where, what was expected, what was found, what to do. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recipeAt } from '../../src/cli/bundled.ts';
import { createProgram } from '../../src/cli/program.ts';
import { withFlags } from '../../src/cli/report-error.ts';
import { datasetKinds } from '../../src/datasets/dataset-kinds.ts';
import { TranspikeError } from '../../src/errors.ts';
import { writeNpy } from '../../src/files/write-npy.ts';
import { convertNetwork } from '../../src/jobs/convert-network.ts';
import { methods } from '../../src/methods/methods.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { tasks } from '../../src/tasks/tasks.ts';
import { scratchFolder } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  const settings = { calibration: at('x.npy'), steps: 1, output: at('e.snn.onnx') };
  await convertNetwork(await openNetwork(at('vit')), settings);
  writeFileSync(at('thresholds.json'), '[]');
  writeFileSync(at('tiny.json'), '{}');
  writeFileSync(at('empty.onnx'), '');
  writeFileSync(at('vit.zip'), 'PK\x03\x04');
  mkdirSync(at('empty'));
  const data = new Float32Array(30);
  await writeNpy(at('wrong-shape.npy'), { shape: [2, 3, 5], dataType: 'float32', data });
}, 60_000);
afterAll(() => remove());

const at = (path: string) => join(folder, path);

/** What a command answers; files of the folder stand as `@name`. */
async function answerTo(command: string): Promise<string> {
  let told = '';
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += text;
    return true;
  });
  try {
    const args = command.split(' ').map((part) => part.replaceAll(/@(?=\w)/g, `${folder}/`));
    await (await createProgram(args[0])).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof TranspikeError) return withFlags(error).replaceAll(`${folder}/`, '@');
    if (!(error instanceof CommanderError)) throw error;
    return told.replace('(add --help for the options)\n', '').replaceAll(`${folder}/`, '@').trim();
  } finally {
    write.mockRestore();
  }
  return 'not refused';
}

const methodNames = methods.map(({ name }) => name).join(', ');
const taskNames = tasks.map(({ name }) => name).join(', ');
const dataKinds = datasetKinds
  .filter(({ gives = 'pictures' }) => gives === 'pictures')
  .map(({ summary }) => summary)
  .join('; ');

const answers: Readonly<Record<string, string>> = {
  'help evalute': `error: unknown command 'evalute'\n(Did you mean evaluate?)`,
  'evalute @e.snn.onnx': `error: unknown command 'evalute'\n(Did you mean evaluate?)`,
  frobnicate: `error: unknown command 'frobnicate'`,
  convert: `error: missing required argument 'model'`,
  'convert @vit':
    'convert: expected calibration data or thresholds, got neither. Give the option calibration or thresholds (--calibrate, --thresholds).',
  'convert @vit --calibrte @x.npy': `error: unknown option '--calibrte'\n(Did you mean --calibrate?)`,
  'evaluate --dta @x.npy': `error: unknown option '--dta'\n(Did you mean --data?)`,
  'evaluate @e.snn.onnx': `error: required option '--data <data>' not specified`,
  'evaluate @e.snn.onnx --dat @x.npy': `error: unknown option '--dat'\n(Did you mean --data?)`,
  'evaluate @e.snn.onnx --data': `error: option '--data <data>' argument missing`,
  'evaluate @e.snn.onnx --data @nowhere':
    '@nowhere: expected a folder or file with data that can be read, got no such file or folder. Check the path of the data set.',
  'evaluate @nowhere.onnx --data @x.npy':
    '@nowhere.onnx: expected an .onnx or .nir file, or a folder with config.json and model.safetensors, got nothing there. Check the path.',
  'evaluate @e.snn.onnx --data @x.npy -T 0': `error: option '-T, --steps <T>' argument '0' is invalid. expected a whole number of at least 1, got '0'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy -T two': `error: option '-T, --steps <T>' argument 'two' is invalid. expected a whole number of at least 1, got 'two'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy -T 1.5': `error: option '-T, --steps <T>' argument '1.5' is invalid. expected a whole number of at least 1, got '1.5'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --batch 0': `error: option '--batch <B>' argument '0' is invalid. expected a whole number of at least 1, got '0'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --workers -1': `error: option '--workers <N>' argument '-1' is invalid. expected a whole number of at least 1, got '-1'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --workers 0': `error: option '--workers <N>' argument '0' is invalid. expected a whole number of at least 1, got '0'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --memory lots': `error: option '--memory <MB>' argument 'lots' is invalid. expected a whole number of at least 1, got 'lots'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --limit 0': `error: option '--limit <N>' argument '0' is invalid. expected a whole number of at least 1, got '0'. Give for example 4.`,
  'evaluate @e.snn.onnx --data @x.npy --engine quick': `error: option '--engine <name>' argument 'quick' is invalid. Allowed choices are fast, in-graph.`,
  'evaluate @e.snn.onnx --data @x.npy --synapses int4': `error: option '--synapses <type>' argument 'int4' is invalid. Allowed choices are float32, int8.`,
  'evaluate @e.snn.onnx --data @x.npy --exit-confidence 2': `error: option '--exit-confidence <p>' argument '2' is invalid. expected a number from 0 to 1, got '2'. Give for example 0.9.`,
  'evaluate @e.snn.onnx --data @x.npy --exit-confidence 90%': `error: option '--exit-confidence <p>' argument '90%' is invalid. expected a number from 0 to 1, got '90%'. Give for example 0.9.`,
  'evaluate @e.snn.onnx --data @x.npy --run @x.npy':
    '@x.npy: expected a folder that can be written, got a file of that name. Choose another folder (--run).',
  'evaluate @e.snn.onnx --data @x.npy --run @x.npy/in':
    '@x.npy/in: expected a folder that can be written, got a file where the path has a folder. Choose another folder (--run).',
  'evaluate @e.snn.onnx --data @x.npy extra': `error: too many arguments for 'evaluate'. Expected 1 argument but got 2.`,
  'evaluate @e.snn.onnx --data @empty': `@empty: expected one of: ${dataKinds}, got an empty folder. Give the path of one of these, with pictures as JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
  'evaluate @e.snn.onnx --data @x.npy --labels @nowhere.txt':
    '@nowhere.txt: expected a file of labels that can be read, got no such file or folder. Check the path of the labels.',
  'evaluate @e.snn.onnx --data @images --labels @images':
    '@images: expected a file with a class a line, got a folder. Check the path and the file.',
  'evaluate @e.snn.onnx --data @images --labels @tiny.json': `@images: expected folders named by classes of '@tiny.json', got 'class0', 'class1', 'class2', 'class3'. Give the synset file of this data set, or leave it out to take the sorted folder names as classes.`,
  'evaluate @e.snn.onnx --data @images --split train':
    '@images (image-folder): expected only the options synsets, labels and limit, got split. Leave out the options that do nothing here, or give data of a kind that uses them.',
  'evaluate @e.snn.onnx --data glyphs:val': `glyphs:val: expected glyphs:train or glyphs:test, with ,size= from 1 to 100000000 and ,seed= from 0 on, got split 'val'. Write, for example, 'glyphs:test,size=500'.`,
  'evaluate @e.snn.onnx --data @x.npy --task classify': `error: option '--task <name>' argument 'classify' is invalid. Allowed choices are ${taskNames}.`,
  'evaluate @e.snn.onnx --data @x.npy --output logit': `graph 'vit-timm': expected one of its outputs: logits, got 'logit'. Choose one of these (--output).`,
  'evaluate @x.npy --data @x.npy':
    '@x.npy: expected an ONNX model, got an .npy file. Give an .onnx file, or a folder with model.safetensors and config.json.',
  'evaluate @tiny.json --data @x.npy':
    '@tiny.json: expected an ONNX model, got JSON. Give the folder that it lies in, with config.json and model.safetensors, or an .onnx file.',
  'evaluate @vit/config.json --data @x.npy':
    '@vit/config.json: expected an ONNX model, got JSON. Give the folder that it lies in, with config.json and model.safetensors, or an .onnx file.',
  'evaluate @vit/model.safetensors --data @x.npy':
    '@vit/model.safetensors: expected an ONNX model, got a safetensors file. Give the folder that it lies in, with config.json and model.safetensors, or an .onnx file.',
  'evaluate @empty --data @x.npy':
    '@empty: not a checkpoint folder.\n  - @empty/config.json: expected the JSON that describes the network, got no such file or folder. Put the config.json of the model beside its weights.\n  - @empty: expected model.safetensors, model.safetensors.index.json or one file *.safetensors, got an empty folder. Give the folder that holds the *.safetensors files.',
  'evaluate @empty.onnx --data @x.npy':
    '@empty.onnx: expected an ONNX model, got an empty file. Give an .onnx file, or a folder with model.safetensors and config.json.',
  'evaluate @vit.zip --data @x.npy':
    '@vit.zip: expected an ONNX model, got a zip archive, as torch.save writes. Export the network as ONNX, or save its weights as .safetensors beside its config.json.',
  'convert @vit --calibrate @nowhere':
    '@nowhere: expected a folder or file with data that can be read, got no such file or folder. Check the path of the data set.',
  'convert @vit --calibrate @x.npy --method ecmtt': `error: option '--method <name>' argument 'ecmtt' is invalid. Allowed choices are ${methodNames}.`,
  'convert @vit --calibrate @x.npy --method ecmt/reference': `error: option '--method <name>' argument 'ecmt/reference' is invalid. Allowed choices are ${methodNames}.`,
  'convert @vit --calibrate @x.npy --preset best': `preset 'best' of method 'ecmt': expected one of tuned, reference, got an unknown name. Choose a known preset.`,
  'convert @vit --calibrate @x.npy --method rate': `graph 'vit-timm': expected activation functions (ReLU, clipped ReLU, ReLU6, QCFS) that lead to a Conv, Gemm or MatMul, got none among 81 nodes (14 synaptic operators, 2 of them first or head, which read the input or make the output; no activations that neurons could stand for). Use a method that finds something in it: ecmt, differential, sigma-delta, scale-and-fire, st-bif, few-spikes, few-spikes-function, burst, time-to-first-spike.`,
  'convert @vit --calibrate @x.npy --thresholds @thresholds.json': `@vit: expected no calibration beside thresholds, which '@thresholds.json' gives, got @x.npy. Leave it out (--calibrate).`,
  'convert @vit --thresholds @nowhere.json':
    '@nowhere.json: expected a JSON list of thresholds, got no such file or folder. Check the path and the file.',
  'convert @vit --thresholds @x.npy':
    '@x.npy: expected a JSON list of thresholds, got a file that is no text. Check the path and the file.',
  'convert @vit --calibrate @x.npy -o @images':
    '@images: expected the name of a file, got a folder. Choose another output path.',
  'convert @vit --calibrate @x.npy -o @no/where.onnx': `@no/where.onnx: expected a place that can be written, got folder '@no', which is missing or protected. Make the folder, or choose another output path.`,
  'convert @vit --calibrate @x.npy -o @x.npy':
    '@x.npy: expected an output that is not also an input, got one of the files that are read. Choose another output path.',
  'convert @vit --calibrate @x.npy -o @vit/model.safetensors':
    '@vit/model.safetensors: expected an output that is not also an input, got one of the files that are read. Choose another output path.',
  'convert @vit --calibrate @x.npy -o @tiny.json':
    '@tiny.json: expected an ONNX file to replace, or none, got a file that holds something else. Choose another output path, or allow its loss with the option force (--force).',
  'convert @e.snn.onnx --calibrate @x.npy':
    '@e.snn.onnx: expected a network that does not spike yet, got a spiking network. Give the source network.',
  'convert @vit --calibrate @wrong-shape.npy':
    '@wrong-shape.npy: expected an array with at least one axis before the 3 of a sample, got shape [2, 3, 5]. Stack the inputs along a first axis.',
  'convert @vit --calibrate @x.npy --calibration-limit 0': `error: option '--calibration-limit <N>' argument '0' is invalid. expected a whole number of at least 1, got '0'. Give for example 4.`,
  'tune @vit --calibrate @x.npy':
    'tune: expected one of --energy, --accuracy-drop and --frontier, got none. Give for example --energy 0.35.',
  'tune @vit --energy 0.3': `error: required option '--calibrate <data>' not specified`,
  'tune @vit --calibrate @x.npy --energy 35':
    'energy ratio: expected a number above 0 and at most 1, got 35. Give for example 0.35 for 35 %.',
  'tune @vit --calibrate @x.npy --energy 0.3 --accuracy-drop 1':
    'tune: expected one of --energy, --accuracy-drop and --frontier, got 2 of them. Give for example --energy 0.35.',
  'tune @vit --calibrate @x.npy --energy 30%': `error: option '--energy <ratio>' argument '30%' is invalid. expected a number above 0, got '30%'. Give for example 0.35.`,
  'tune @vit --calibrate @x.npy --energy 0.3 --ladder base-3': `error: option '--ladder <name>' argument 'base-3' is invalid. Allowed choices are base-2, base-sqrt2, base-fourth-root-2, any.`,
  'tune @e.snn.onnx --calibrate @x.npy --energy 0.3':
    '@e.snn.onnx: expected a network that does not spike yet, got a spiking network. Give the source network.',
  'compare @vit --data @x.npy':
    '@vit: expected a spiking model (.snn.onnx), got a network that does not spike. Give --methods and --calibrate to convert it, for example --methods ecmt,ecmt/reference.',
  'compare @vit --methods ecmt --data @x.npy':
    'compare --methods: expected one source network and --calibrate, got no --calibrate. Give both, or leave --methods out to compare spiking models as they are.',
  'compare @vit --methods ecmt,ecmt --calibrate @x.npy --data @x.npy': `compare: expected names that differ, got 'ecmt' twice. Name every method or file once.`,
  'compare @vit --methods ecmt,rat --calibrate @x.npy --data @x.npy': `method 'rat': expected one of ${methodNames}, got an unknown name. Choose a known method.`,
  'compare @vit --methods ecmt/best --calibrate @x.npy --data @x.npy': `preset 'best' of method 'ecmt': expected one of tuned, reference, got an unknown name. Choose a known preset.`,
  'compare @vit @e.snn.onnx --data @x.npy':
    '@vit: expected a spiking model (.snn.onnx), got a network that does not spike. Give --methods and --calibrate to convert it, for example --methods ecmt,ecmt/reference.',
  'compare --data @x.npy': `error: missing required argument 'models'`,
  'diagnose @vit --data @x.npy':
    '@vit: expected a spiking model, got a network that does not spike. Convert it first (transpike convert).',
  'diagnose @e.snn.onnx': `error: required option '--data <data>' not specified`,
  'diagnose @e.snn.onnx --data @nowhere':
    '@nowhere: expected a folder or file with data that can be read, got no such file or folder. Check the path of the data set.',
  'simulate @vit --data @x.npy':
    '@vit: expected a spiking model, got a network that does not spike. Convert it first (transpike convert).',
  'run @e.snn.onnx': `error: required option '--input <file>' not specified`,
  'run @e.snn.onnx --input @x.npy -o @x.npy':
    '@x.npy: expected an output that is not also an input, got one of the files that are read. Choose another output path.',
  inspect: `error: missing required argument 'model'`,
  'inspect @nowhere':
    '@nowhere: expected an .onnx or .nir file, or a folder with config.json and model.safetensors, got nothing there. Check the path.',
  'inspect @x.npy':
    '@x.npy: expected an ONNX model, got an .npy file. Give an .onnx file, or a folder with model.safetensors and config.json.',
  'inspect @images':
    '@images: not a checkpoint folder.\n  - @images/config.json: expected the JSON that describes the network, got no such file or folder. Put the config.json of the model beside its weights.\n  - @images: expected model.safetensors, model.safetensors.index.json or one file *.safetensors, got only class0, class1, class2, class3. Give the folder that holds the *.safetensors files.',
  'export @e.snn.onnx --to binary': `error: option '--to <form>' argument 'binary' is invalid. Allowed choices are binary-spikes, unrolled, qdq, nir, manifest, c.`,
  'export @vit --to binary-spikes': `graph 'vit-timm': expected a spiking model, got a model without spiking neurons. Convert it first (transpike convert).`,
  report: `error: missing required argument 'run'`,
  train: `error: missing required argument 'recipe'`,
  'train @nowhere.json':
    '@nowhere.json: expected a recipe as JSON, or a module with it as default export, got no such file or folder. Start from one of the files in recipes/.',
  'train vit-glyphs':
    'vit-glyphs: expected a recipe as JSON, or a module with it as default export, got no such file or folder. Start from one of the files in recipes/.',
  'train @x.npy': `@x.npy: expected a recipe as JSON, or a module with it as default export, got a file with the extension '.npy'. Start from one of the files in recipes/.`,
  'train @images':
    '@images: expected a recipe as JSON, or a module with it as default export, got a folder. Start from one of the files in recipes/.',
  'demo --model @vit':
    'demo: expected both --model and --data, or neither, got only --model. Give the other one too.',
  'demo --stepz 4': `error: unknown option '--stepz'\n(Did you mean --steps?)`,
  '--versoin': `error: unknown option '--versoin'\n(Did you mean --version?)`,
  'run @e.snn.onnx --input @nowhere.npy -o @y.npy':
    '@nowhere.npy: expected an .npy file that can be read, got no such file or folder. Check the path and the permissions of the file.',
  'run @e.snn.onnx --input @images -o @y.npy':
    '@images: expected an .npy file that can be read, got a folder. Check the path and the permissions of the file.',
  'run @e.snn.onnx --input @wrong-shape.npy -o @y.npy': `input 'x': expected shape [batch,3,8,12], got [2,3,5]. Give an input of the shape the network was made for.`,
  'run @vit --input @x.npy -o @y.npy': `graph 'vit-timm': expected a spiking model, got a model without spiking neurons. Convert it first (transpike convert).`,
  'run @e.snn.onnx --input y=@x.npy -o @y.npy': `y=@x.npy: graph 'vit-timm': inputs do not fit:\n  - input 'x': expected shape [?,3,8,12], got none. Give a tensor for every input.\n  - input 'y': expected one of 'x', got an input that the network does not have. Leave it out, or give it the name that the network has.`,
  'run @e.snn.onnx --input @x.npy -o @no/y.npy': `@no/y.npy: expected a place that can be written, got folder '@no', which is missing or protected. Make the folder, or choose another output path.`,
  'compare @vit --data @x.npy --methods ecmt --calibrate @nowhere':
    '@nowhere: expected a folder or file with data that can be read, got no such file or folder. Check the path of the data set.',
  'evaluate @e.snn.onnx --data @x.npy --tsak classification': `error: unknown option '--tsak'\n(Did you mean --task?)`,
  'inspect @vit --method ratee': `error: option '--method <name>' argument 'ratee' is invalid. Allowed choices are ${methodNames}.`,
  'inspect glyphs-vitt':
    'glyphs-vitt: expected an .onnx or .nir file, or a folder with config.json and model.safetensors, got nothing there. Check the path.',
  'tune @vit --calibrate @x.npy --energy 0': `error: option '--energy <ratio>' argument '0' is invalid. expected a number above 0, got '0'. Give for example 0.35.`,
  'tune @vit --calibrate @x.npy --accuracy-drop 500':
    'accuracy drop in points: expected a number above 0 and at most 100, got 500. Give for example 1 for at most one point.',
};

describe('a wrong invocation', () => {
  it.each(Object.entries(answers))('%s', async (command, answer) => {
    expect(await answerTo(command)).toBe(answer);
  });

  it.each(['nowhere', 'images', 'x.npy'])(
    'report @%s names the runs that there are, if any',
    async (name) => {
      const answer = await answerTo(`report @${name}`);
      expect(answer).toContain(
        `'@${name}': expected the folder of a run, or the name of one in runs, got neither. `,
      );
    },
  );

  it('never shows what the system calls things, or a line that no terminal can hold', () => {
    for (const answer of Object.values(answers)) {
      expect(answer).not.toMatch(/\bE[A-Z]{3,}\b|undefined|\[object|Error:|\bat \//);
      expect(answer.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\ufffd/u);
    }
  });
});

describe('the built command line', () => {
  const script = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });

  it('says which Node it needs, before anything is loaded that an earlier one cannot read', () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.18.3' })";
    const { status, stderr, stdout } = run('--import', old, script, 'demo');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'error: transpike: expected Node.js 20.19 or later, got 20.18.3. Install a newer one.\n',
    );
  });

  it('ends with 2 where a command cannot be meant like this, and with 1 where it fails', () => {
    expect(run(script, 'evalute').status).toBe(2);
    expect(run(script, 'evaluate', 'vit', '--dta', 'x.npy').status).toBe(2);
    expect(run(script, 'inspect', 'nowhere').status).toBe(1);
  });

  it('knows bundled networks and recipes by name, wherever it runs', async () => {
    const { status, stdout } = run(script, 'inspect', 'glyphs-vit', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'glyphs-vit' });
    expect(run(script, 'finetune', 'glyphs-cnn', '--data', 'nowhere').stderr).toContain(
      'error: nowhere: expected',
    );
    expect(run(script, 'generate', 'glyphs-cnn', 'once').stderr).toContain('expected a spiking model');
    expect(recipeAt('glyphs-cnn')).toBe(
      fileURLToPath(new URL('../../recipes/glyphs-cnn.json', import.meta.url)),
    );
    expect(recipeAt('glyphs-nothing')).toBe('glyphs-nothing');
  });
});
