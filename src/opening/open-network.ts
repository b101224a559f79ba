import { eventHybrid, eventHybridConfig } from '../architectures/event-hybrid.ts';
import { outputName } from '../checkpoints/classifiers.ts';
import { keepClasses } from '../data/kept-classes.ts';
import { addDetections } from '../detection/add-detections.ts';
import { cells } from '../detection/heads/cells.ts';
import { FormatError, messageOf, UsageError } from '../errors.ts';
import type { ExternalDataOptions } from '../files/external-data.ts';
import { readOnnx } from '../files/read-onnx.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { readNir } from '../formats/nir/nir-file.ts';
import { withoutBatch } from '../graph/batch-axis.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { DownloadOptions } from '../hub/fetch-from-hub.ts';
import { toHybridForm } from '../hybrid/to-hybrid-form.ts';
import { keepPreprocess } from '../images/kept-preprocess.ts';
import type { ParsedPreprocessConfig } from '../images/parse-preprocess-config.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { requireNeededVersions } from '../spiking/needed-extensions.ts';
import { type DenseNetwork, networkKind, type SpikingNetwork } from '../spiking/network-kind.ts';
import { keepTokenizer } from '../text/kept-tokenizer.ts';
import type { TokenizerDefinition } from '../text/text-tokenizer.ts';
import { fingerprintOf } from './fingerprint.ts';
import { locateNetwork } from './locate-network.ts';
import { type ClassOptions, networkClasses } from './network-classes.ts';
import { networkPreprocess, type PreprocessOptions } from './network-preprocess.ts';
import { networkTokenizer, type TokenizerOptions } from './network-tokenizer.ts';
import { type NirAddress, nirAddress } from './nir/nir-address.ts';
import { spikingFromNir } from './nir/spiking-from-nir.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { type ShapeOptions, withInputShapes } from './with-input-shapes.ts';
import { withTimeAxes } from './with-time-axes.ts';

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
  /** How texts become its tokens; absent if it reads no text, or nothing says it. */
  readonly tokenizer?: TokenizerDefinition;
  /** Its classes in the order of the logits, a line each: a name, or a synset id and words; absent where nothing says them. */
  readonly classNames?: readonly string[];
  /** Changes when the network or its weight files change. */
  readonly fingerprint: string;
}

/** A network from disk, dense or spiking, with what is known about its inputs. */
export type Network = NetworkFacts & (DenseNetwork | SpikingNetwork);

/** How to open a network. */
export interface OpenOptions
  extends ExternalDataOptions,
    PreprocessOptions,
    TokenizerOptions,
    ClassOptions,
    ShapeOptions,
    DownloadOptions {
  /**
   * Inputs of a source network that get a time axis behind the batch, by name; a spiking network made of it sees their running mean at
   * every step, or, as `name=current`, every step by itself. A spiking network keeps what it was made with.
   */
  readonly overTime?: readonly string[] | undefined;
}

/** A network that was made of another one: of the same name and place, with a model of its own. */
export function derivedNetwork(source: Network, model: Model): Network {
  const { name, path, origin, inputShape, preprocess, tokenizer, classNames } = source;
  if (preprocess) keepPreprocess(model, preprocess);
  if (tokenizer) keepTokenizer(model, tokenizer);
  if (classNames) keepClasses(model, classNames);
  const fingerprint = fingerprintOf(model);
  return {
    name,
    path,
    origin,
    inputShape,
    ...(preprocess && { preprocess }),
    ...(tokenizer && { tokenizer }),
    ...(classNames && { classNames }),
    fingerprint,
    ...networkKind(model),
  };
}

/**
 * Opens a network: an ONNX file, a NIR file, which spikes already (`file.nir:dt=0.001,reset=subtract,steps=T` says what the file does not), or a checkpoint folder with `config.json` and safetensors; or one of the hub, `hf:owner/name`, with
 * `/file.onnx` for one ONNX file of it and `@revision` for a branch, a tag or a commit. What is fetched is kept in the hub's own cache.
 *
 * The preprocessing of pictures comes from the model's own metadata, else from `preprocessor_config.json` or
 * `config.json` beside it. Where nothing says it, the usual one of ImageNet is assumed and marked so; pictures are then refused until
 * the option `preprocess` says how they become inputs.
 *
 * How texts become tokens comes from the model's own metadata, else from `tokenizer.json` and `tokenizer_config.json` beside it.
 *
 * Its classes come from the model's own metadata, else from `config.json` (`label_names`, `id2label`) or a synset file beside it.
 *
 * @param options how pictures become inputs, what the classes are, and where weights of an ONNX file may lie beside its own folder
 * @throws FormatError if nothing is there, or it cannot be read, or the hub does not give it; UsageError if preprocessing is told for other inputs than pictures;
 * GraphError if an input cannot have a time axis
 *
 * @example
 * ```ts
 * import { openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * console.log(network.name, network.origin, network.inputShape.join(' × ')); // vit vit-timm 3 × 8 × 12
 * ```
 */
export async function openNetwork(path: string, options: OpenOptions = {}): Promise<Network> {
  const { path: full, isFolder, name, folder } = await locateNetwork(path, options);
  const nir = nirAddress(path);
  if (isFolder || nir) refuseExternalData(path, options);
  const { model: read, origin } = nir
    ? await fromNir(full, nir)
    : isFolder
      ? await fromCheckpoint(full)
      : await fromOnnx(full, options);
  requireNeededVersions(read, path);
  const shaped = withInputShapes(read, path, options);
  const model = withTimeAxes(shaped, path, options.overTime);
  const inputShape = withoutBatch(model.graph.inputs[0]?.shape ?? []);
  const preprocess = networkPreprocess(model, folder, inputShape, options);
  const tokenizer = await networkTokenizer(model, folder, options);
  // Told otherwise, it is another network: a run with it goes on with it alone.
  if (preprocess && options.preprocess !== undefined) keepPreprocess(model, preprocess);
  if (tokenizer && options.tokenizer !== undefined) keepTokenizer(model, tokenizer);
  const fingerprint = fingerprintOf(model);
  const classNames = await networkClasses(model, folder, options);
  if (classNames) keepClasses(model, classNames);
  // From now on it goes along with the model, whatever is made of it.
  if (preprocess) keepPreprocess(model, preprocess);
  if (tokenizer) keepTokenizer(model, tokenizer);
  return {
    ...networkKind(model),
    name,
    path: full,
    origin,
    inputShape,
    ...(preprocess && { preprocess }),
    ...(tokenizer && { tokenizer }),
    ...(classNames && { classNames }),
    fingerprint,
  };
}

/** A checkpoint has its weights in its folder, a NIR file in itself. */
function refuseExternalData(where: string, { externalData = [] }: OpenOptions): void {
  if (externalData.length === 0) return;
  throw new UsageError({
    where,
    expected: 'an ONNX file, which may refer to weights elsewhere',
    got: nirAddress(where) ? 'a NIR file' : 'a checkpoint folder',
    remedy: 'Leave it out',
    means: ['externalData'],
  });
}

/** A network as its file or folder gives it. */
interface Opened {
  readonly model: Model;
  readonly origin: string;
}

async function fromCheckpoint(folder: string): Promise<Opened> {
  const { model, architecture, config } = await openCheckpoint(folder);
  if (architecture !== eventHybrid.name) return { model, origin: architecture };
  const { interval, step_milliseconds: milliseconds, strides } = eventHybridConfig.parse(config);
  const hybrid = toHybridForm(model, interval, milliseconds);
  if (!strides) return { model: hybrid, origin: architecture };
  const told = { name: outputName, shape: withoutBatch(model.graph.outputs[0]?.shape ?? []).map(Number) };
  return { model: addDetections(hybrid, cells, { strides }, [told]), origin: architecture };
}

async function fromNir(path: string, { options }: NirAddress): Promise<Opened> {
  const bytes = await readOrdinaryFile(path).catch((error: unknown) => {
    throw new FormatError({
      where: path,
      expected: 'a NIR file that can be read',
      got: messageOf(error),
      remedy: 'Check the path',
    });
  });
  const graph = await readNir(bytes, path);
  return { model: spikingFromNir(graph, path, options), origin: 'nir' };
}

async function fromOnnx(path: string, options: ExternalDataOptions): Promise<Opened> {
  const { model } = runPasses(await readOnnx(path, options), standardForm);
  return { model, origin: 'onnx' };
}
