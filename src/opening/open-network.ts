import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { withoutBatch } from '../batching/batch-axis.ts';
import { FormatError, messageOf } from '../errors.ts';
import type { ExternalDataOptions } from '../files/external-data.ts';
import { readOnnx } from '../files/read-onnx.ts';
import { encodeModel } from '../formats/onnx/encode-model.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { type ParsedPreprocessConfig, parsePreprocessConfig } from '../images/parse-preprocess-config.ts';
import { runPasses } from '../passes/run-passes.ts';
import { widenHalves } from '../passes/widen-halves.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { openCheckpoint } from './open-checkpoint.ts';

/** A network from disk with what is known about its inputs. */
export interface Network {
  readonly model: Model;
  /** Name for reports: the file's or folder's. */
  readonly name: string;
  /** Absolute path it was opened from. */
  readonly path: string;
  /** `onnx`, or the architecture of a checkpoint folder. */
  readonly origin: string;
  /** Whether it has spiking neurons. */
  readonly spiking: boolean;
  /** Shape of one input, without the batch; unknown lengths are undefined. */
  readonly inputShape: readonly Dimension[];
  /** How pictures become inputs; absent if the input is no picture. */
  readonly preprocess?: ParsedPreprocessConfig;
  /** Changes when the network or its weight files change. */
  readonly fingerprint: string;
}

const preprocessKey = 'transpike.preprocess';

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
  const { model, origin } = info.isDirectory() ? await fromCheckpoint(full) : await fromOnnx(full, options);
  const inputShape = withoutBatch(model.graph.inputs[0]?.shape ?? []);
  const preprocess = findPreprocess(model, info.isDirectory() ? full : dirname(full), inputShape);
  return {
    model,
    name: basename(full, extname(full) === '.onnx' ? '.onnx' : ''),
    path: full,
    origin,
    spiking: sitesOf(model).length > 0,
    inputShape,
    ...(preprocess && { preprocess }),
    fingerprint: fingerprintOf(model),
  };
}

async function fromCheckpoint(folder: string): Promise<{ model: Model; origin: string }> {
  const { model, architecture } = await openCheckpoint(folder);
  return { model, origin: architecture };
}

async function fromOnnx(
  path: string,
  options: ExternalDataOptions,
): Promise<{ model: Model; origin: string }> {
  const { model } = runPasses(await readOnnx(path, options), [widenHalves]);
  return { model, origin: 'onnx' };
}

/** Keeps the preprocessing in the model, so that a converted file can be evaluated without its source's folder. */
export function keepPreprocess(model: Model, preprocess: ParsedPreprocessConfig): void {
  model.metadata.set(preprocessKey, JSON.stringify(preprocess));
}

function findPreprocess(
  model: Model,
  folder: string,
  shape: readonly Dimension[],
): ParsedPreprocessConfig | undefined {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || typeof height !== 'number' || typeof width !== 'number') return undefined;
  const kept = model.metadata.get(preprocessKey);
  if (kept !== undefined) return JSON.parse(kept) as ParsedPreprocessConfig;
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

/** Hash of structure and inline weights; weight files count with name, size and time of change. */
export function fingerprintOf(model: Model): string {
  const hash = createHash('sha256');
  const files = new Map<string, string>();
  const bytes = encodeModel(model, ({ storage }) => {
    if (storage.kind === 'memory') return undefined;
    const path = storage.source.location;
    const { size, mtimeMs } = statSync(path);
    files.set(path, `${basename(path)} ${size} ${mtimeMs}`);
    return { location: basename(path), offset: storage.offset, length: storage.length };
  });
  hash.update(bytes);
  for (const facts of files.values()) hash.update(facts);
  return hash.digest('hex');
}
