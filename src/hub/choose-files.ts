import { FormatError } from '../errors.ts';
import type { HubAddress } from './hub-address.ts';

/** Files of a repository that a network is opened from. */
export interface ChosenFiles {
  /** The ONNX file that is opened; else the folder is, as a checkpoint. */
  readonly onnx: string | undefined;
  /** What is needed, by path in the repository. */
  readonly paths: readonly string[];
}

/** What describes a network and its data beside the weights, at the top of a repository. */
const described =
  /^(config|preprocessor_config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$|^(imagenet_)?synset.*\.txt$/;
const shard = /^model-\d+-of-\d+\.safetensors$/;
const pickle = /\.(bin|pt|pth|ckpt|pkl|pickle)$/;
const foreign = /\.(h5|msgpack|gguf|tflite|mlmodel|pb|ot)$/;

/**
 * Chooses what to fetch: the ONNX file that is named; else weights as safetensors; else the only ONNX file, or `model.onnx`.
 *
 * @param paths all files of the repository
 * @throws FormatError if there are no such weights, or several
 */
export function chooseFiles(address: HubAddress, paths: readonly string[]): ChosenFiles {
  const beside = paths.filter((path) => described.test(path));
  if (address.file !== undefined) return withData(requireFile(address, paths), beside, paths);
  const weights = safetensorsOf(paths);
  if (weights.length > 0) return { onnx: undefined, paths: [...beside, ...weights] };
  const onnx = onnxOf(address, paths);
  if (onnx !== undefined) return withData(onnx, beside, paths);
  throw noWeights(address, paths);
}

function safetensorsOf(paths: readonly string[]): readonly string[] {
  if (paths.includes('model.safetensors')) return ['model.safetensors'];
  const index = 'model.safetensors.index.json';
  const shards = paths.filter((path) => shard.test(path));
  if (paths.includes(index)) return [index, ...shards];
  const single = paths.filter((path) => path.endsWith('.safetensors') && !path.includes('/'));
  return single.length === 1 ? single : [];
}

function onnxOf(address: HubAddress, paths: readonly string[]): string | undefined {
  const found = paths.filter((path) => path.endsWith('.onnx'));
  const usual = ['model.onnx', 'onnx/model.onnx'].find((path) => found.includes(path));
  if (usual ?? found.length < 2) return usual ?? found[0];
  throw new FormatError({
    where: address.text,
    expected: 'one ONNX file',
    got: `${found.length} of them (${found.slice(0, 8).join(', ')}${found.length > 8 ? ', …' : ''})`,
    remedy: `Name one, as hf:${address.repository}/${found[0]}`,
  });
}

/** Weights that do not fit into an ONNX file lie beside it, under names that begin like its own. */
function withData(onnx: string, beside: readonly string[], paths: readonly string[]): ChosenFiles {
  const stem = onnx.slice(0, -'.onnx'.length);
  const data = paths.filter(
    (path) => path !== onnx && /^(\.onnx)?([._-]?(onnx_)?data|\.weights?)/.test(startsAfter(path, stem)),
  );
  return { onnx, paths: [...beside, onnx, ...data] };
}

function startsAfter(path: string, stem: string): string {
  return path.startsWith(stem) ? path.slice(stem.length) : '';
}

function requireFile({ text, file }: HubAddress, paths: readonly string[]): string {
  if (file !== undefined && paths.includes(file)) return file;
  const others = paths.filter((path) => path.endsWith('.onnx'));
  throw new FormatError({
    where: text,
    expected: `a file '${file}'`,
    got: others.length > 0 ? `other ONNX files: ${others.slice(0, 8).join(', ')}` : 'no ONNX file at all',
    remedy:
      others.length > 0 ? 'Name one of these' : 'Leave the file out, so that its other weights are taken',
  });
}

function noWeights({ text, repository }: HubAddress, paths: readonly string[]): FormatError {
  const pickled = paths.find((path) => pickle.test(path));
  const other = paths.find((path) => foreign.test(path));
  if (pickled === undefined) {
    return new FormatError({
      where: text,
      expected: 'weights as safetensors, or an ONNX file',
      got: other ?? (paths.length > 0 ? `only ${paths.slice(0, 8).join(', ')}` : 'an empty repository'),
      remedy: 'Choose a repository with such weights, or export the network as ONNX',
    });
  }
  return new FormatError({
    where: text,
    expected: 'weights as safetensors, or an ONNX file',
    got: `only '${pickled}', a pickle, which runs whatever is in it when it is read`,
    remedy: `Take a revision that has safetensors, if hf:${repository}@refs/pr/1 or another proposal does, or save the weights as safetensors with the framework they come from, if you trust them`,
  });
}
