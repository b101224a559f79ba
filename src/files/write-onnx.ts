import { copyFile, link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { listProblems, messageOf, UsageError } from '../errors.ts';
import { type ExternalPlace, encodeModel, externalPlace, tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { FileSource } from './file-source.ts';
import { guardOutput, weightFilesOf } from './output-guard.ts';
import { realPath } from './real-path.ts';
import { writeWeightDigests } from './weight-digests.ts';
import { writeAtomically } from './write-atomically.ts';

/** Weights up to this many bytes are put into the file itself, so that a small model is one file. */
const inlineLimit = 64 * 2 ** 20;

/** Tensors below this size (shapes, scalars) are always in the file itself. */
const smallTensor = 1024;

/** A message of Protocol Buffers ends at 2 GiB; some of that is for what is not weights. */
const bundleLimit = 2 * 10 ** 9;

/** How to write an ONNX file. */
export interface WriteOnnxOptions {
  /** Whether all weights go into the file itself, so that it depends on no other. Default false */
  readonly bundle?: boolean | undefined;
}

/** What a written file depends on. */
export interface WrittenOnnx {
  /** Files with weights, relative to the folder of the file; none if it stands alone. */
  readonly refersTo: readonly string[];
}

/**
 * Writes a model as an ONNX file.
 *
 * Weights that lie in files in or below the folder of `path`, behind links too, are referenced where they are. Of the others, up to
 * 64 MiB are put into the file itself; beyond that, weight files are hard-linked beside the model (copied
 * where linking is impossible) and weights in memory are written to `<path>.data`.
 * ONNX Runtime refuses external data outside the folder of the model, hence the link. A digest of the weights that are referred to
 * is kept in the file, so that {@link readOnnx} notices when they change.
 *
 * @throws UsageError if the place cannot be written, or is a file that the model's weights lie in, or the weights are too many to
 * be bundled. The model file is written last and atomically.
 *
 * @example
 * ```ts
 * import { openNetwork, writeOnnx } from 'transpike';
 *
 * await writeOnnx((await openNetwork('vit/')).model, 'vit.onnx');
 * console.log((await openNetwork('vit.onnx')).origin); // onnx
 * ```
 */
export async function writeOnnx(
  model: Model,
  path: string,
  { bundle = false }: WriteOnnxOptions = {},
): Promise<WrittenOnnx> {
  verifyModel(model, path);
  await guardOutput(path, { inputs: weightFilesOf(model), kind: 'onnx', force: true });
  // What leads there by links may change, and is refused by whoever reads the file.
  const target = realPath(path);
  const folder = realPath(dirname(target));
  const beside = new PlacesBeside(target);
  if (bundle) requireFit(model, path);
  const places = bundle ? new Map<Tensor, ExternalPlace>() : placesOf(model, folder, beside);
  await beside.write();
  // The model itself stays as it is: what the weights of this file are is not said of others.
  const described = model.withGraph(model.graph);
  await writeWeightDigests(described, places, (location) => join(folder, location));
  await writeAtomically(
    path,
    encodeModel(described, (tensor) => places.get(tensor)),
  );
  return { refersTo: [...new Set([...places.values()].map(({ location }) => location))] };
}

/** What does not go into the file itself. */
function placesOf(model: Model, folder: string, beside: PlacesBeside): Map<Tensor, ExternalPlace> {
  const tensors = [...new Set(tensorsOf(model.graph))];
  const outside = tensors.filter((tensor) => !liesBelow(tensor, folder));
  const fits = bytesOf(outside) <= inlineLimit;
  const places = new Map<Tensor, ExternalPlace>();
  for (const tensor of tensors) {
    const place = liesBelow(tensor, folder)
      ? referenced(tensor, folder)
      : fits || tensor.byteLength < smallTensor
        ? undefined
        : beside.place(tensor);
    if (place) places.set(tensor, place);
  }
  return places;
}

function requireFit(model: Model, path: string): void {
  const bytes = bytesOf([...tensorsOf(model.graph)]);
  if (bytes <= bundleLimit) return;
  throw new UsageError({
    where: path,
    expected: 'weights of less than 2 GB, which is all that one ONNX file holds',
    got: `${(bytes / 1e9).toFixed(2)} GB`,
    remedy: 'Leave the option bundle out; then copy the files beside the model along with it',
    means: ['bundle'],
  });
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0);
}

function liesBelow({ storage }: Tensor, folder: string): boolean {
  if (storage.kind === 'memory' || !(storage.source instanceof FileSource)) return false;
  return realPath(storage.source.location).startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function referenced({ storage }: Tensor, folder: string): ExternalPlace | undefined {
  if (storage.kind === 'memory') return undefined;
  const location = relative(folder, realPath(storage.source.location));
  return externalPlace(storage, location.split(sep).join('/'));
}

/** Files beside the model: links to weight files that lie elsewhere, and one file for weights in memory. */
class PlacesBeside {
  readonly #model: string;
  /** Weight file elsewhere -> its name beside the model. */
  readonly #links = new Map<string, string>();
  readonly #spilled: Tensor[] = [];
  #spilledBytes = 0;

  constructor(model: string) {
    this.#model = model;
  }

  place(tensor: Tensor): ExternalPlace {
    if (tensor.storage.kind === 'external' && tensor.storage.source instanceof FileSource) {
      const path = realPath(tensor.storage.source.location);
      const name = this.#links.get(path) ?? this.#freshLinkName(path);
      this.#links.set(path, name);
      return externalPlace(tensor.storage, name);
    }
    const offset = this.#spilledBytes;
    this.#spilled.push(tensor);
    this.#spilledBytes += tensor.byteLength;
    return { location: `${basename(this.#model)}.data`, offset, length: tensor.byteLength };
  }

  async write(): Promise<void> {
    for (const [from, name] of this.#links) await linkOrCopy(from, join(dirname(this.#model), name));
    if (this.#spilled.length === 0) return;
    await writeAtomically(`${this.#model}.data`, async (file) => {
      for (const tensor of this.#spilled) await file.writeFile(tensor.bytes());
    });
  }

  #freshLinkName(path: string): string {
    const taken = new Set(this.#links.values());
    const name = `${basename(this.#model)}.${basename(path)}`;
    for (let i = 1; ; i++) {
      const candidate = i === 1 ? name : `${name}.${i}`;
      if (!taken.has(candidate)) return candidate;
    }
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  const temporary = `${to}.tmp`;
  try {
    await rm(temporary, { force: true });
    await link(from, temporary).catch(() => copyFile(from, temporary));
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UsageError(
      listProblems(`${to}: cannot put the weights beside the model:`, [messageOf(error)]),
      {
        cause: error,
      },
    );
  }
}
