import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { classNamesIn } from '../checkpoints/class-names.ts';
import { FormatError, messageOf } from '../errors.ts';
import type { ExternalDataOptions } from '../files/external-data.ts';
import { readOnnx } from '../files/read-onnx.ts';
import { withoutBatch } from '../graph/batch-axis.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { keepPreprocess, keptPreprocess } from '../images/kept-preprocess.ts';
import { type ParsedPreprocessConfig, parsePreprocessConfig } from '../images/parse-preprocess-config.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { type DenseNetwork, networkKind, type SpikingNetwork } from '../spiking/network-kind.ts';
import { fingerprintOf } from './fingerprint.ts';
import { openCheckpoint } from './open-checkpoint.ts';

/** What is known of a network from disk beside its model. */
interface NetworkFacts {
  /** Name for reports: the file's or folder's. */
  readonly name: string;
  /** Absolute path it was opened from. */
  readonly path: string;
  /** `onnx`, or the architecture of a checkpoint folder. */
  readonly origin: string;
  /** Shape of one input, without the batch; unknown lengths are undefined. */
  readonly inputShape: readonly Dimension[];
  /** How pictures become inputs; absent if the input is no picture. */
  readonly preprocess?: ParsedPreprocessConfig;
  /** Names of the classes in the order of the logits; absent if the checkpoint does not tell them. */
  readonly classNames?: readonly string[];
  /** Changes when the network or its weight files change. */
  readonly fingerprint: string;
}

/** A network from disk, dense or spiking, with what is known about its inputs. */
export type Network = NetworkFacts & (DenseNetwork | SpikingNetwork);

/** A network that was made of another one: of the same name and place, with a model of its own. */
export function derivedNetwork(source: Network, model: Model): Network {
  const { name, path, origin, inputShape, preprocess, classNames } = source;
  if (preprocess) keepPreprocess(model, preprocess);
  const fingerprint = fingerprintOf(model);
  return {
    name,
    path,
    origin,
    inputShape,
    ...(preprocess && { preprocess }),
    ...(classNames && { classNames }),
    fingerprint,
    ...networkKind(model),
  };
}

/**
 * Opens a network: an ONNX file, or a checkpoint folder with `config.json` and safetensors.
 *
 * The preprocessing of pictures comes from the model's own metadata, else from `preprocessor_config.json` or
 * `config.json` beside it, else the usual one of ImageNet is assumed and marked so.
 *
 * @param options where weights of an ONNX file may lie beside its own folder
 * @throws FormatError if nothing is there, or it cannot be read
 *
 * @example
 * ```ts
 * import { openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * console.log(network.name, network.origin, network.inputShape.join(' × ')); // vit vit-timm 3 × 8 × 12
 * ```
 */
export async function openNetwork(path: string, options: ExternalDataOptions = {}): Promise<Network> {
  const full = resolve(path);
  const info = statSync(full, { throwIfNoEntry: false });
  if (!info) {
    throw new FormatError({
      where: path,
      expected: 'an .onnx file, or a folder with config.json and model.safetensors',
      got: 'nothing there',
      remedy: 'Check the path',
    });
  }
  const opened = info.isDirectory() ? await fromCheckpoint(full) : await fromOnnx(full, options);
  const { model, origin, classNames } = opened;
  const inputShape = withoutBatch(model.graph.inputs[0]?.shape ?? []);
  const preprocess = findPreprocess(model, info.isDirectory() ? full : dirname(full), inputShape);
  const fingerprint = fingerprintOf(model);
  // From now on it goes along with the model, whatever is made of it.
  if (preprocess) keepPreprocess(model, preprocess);
  return {
    ...networkKind(model),
    name: basename(full, extname(full) === '.onnx' ? '.onnx' : ''),
    path: full,
    origin,
    inputShape,
    ...(preprocess && { preprocess }),
    ...(classNames && { classNames }),
    fingerprint,
  };
}

/** A network as its file or folder gives it. */
interface Opened {
  readonly model: Model;
  readonly origin: string;
  readonly classNames?: readonly string[] | undefined;
}

async function fromCheckpoint(folder: string): Promise<Opened> {
  const { model, architecture, config, numClasses } = await openCheckpoint(folder);
  const classNames = typeof numClasses === 'number' ? classNamesIn(config, numClasses) : undefined;
  return { model, origin: architecture, classNames };
}

async function fromOnnx(path: string, options: ExternalDataOptions): Promise<Opened> {
  const { model } = runPasses(await readOnnx(path, options), standardForm);
  return { model, origin: 'onnx' };
}

function findPreprocess(
  model: Model,
  folder: string,
  shape: readonly Dimension[],
): ParsedPreprocessConfig | undefined {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || typeof height !== 'number' || typeof width !== 'number') return undefined;
  const kept = keptPreprocess(model);
  if (kept) return kept;
  const files = ['preprocessor_config.json', 'config.json']
    .map((name) => join(folder, name))
    .filter(existsSync);
  const found = files
    .map((file) => parsePreprocessConfig(readJson(file), [height, width], file))
    .find(({ assumed }) => !assumed);
  const preprocess = found ?? parsePreprocessConfig(undefined, [height, width], folder);
  return channels === 1 ? asGrey(preprocess) : preprocess;
}

function asGrey(preprocess: ParsedPreprocessConfig): ParsedPreprocessConfig {
  if (preprocess.channels === 1) return preprocess;
  // Nothing is known about a grey network without a configuration: pixels in [0, 1].
  return { ...preprocess, channels: 1, mean: [0], std: [1] };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FormatError(
      { where: path, expected: 'JSON', got: messageOf(error), remedy: 'Mend the file or take it away' },
      { cause: error },
    );
  }
}
