import { copyFile, link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { listProblems, messageOf, UsageError } from '../errors.ts';
import { type ExternalPlace, encodeModel, externalPlace, tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { FileSource } from './file-source.ts';
import { guardOutput, weightFilesOf } from './output-guard.ts';
import { writeAtomically } from './write-atomically.ts';

/** Weights up to this many bytes are put into the file itself, so that a small model is one file. */
const inlineLimit = 64 * 2 ** 20;

/** Tensors below this size (shapes, scalars) are always in the file itself. */
const smallTensor = 1024;

/**
 * Writes a model as an ONNX file.
 *
 * Weights that lie in files in or below the folder of `path` are referenced where they are. Of the others, up to
 * 64 MiB are put into the file itself; beyond that, weight files are hard-linked beside the model (copied
 * where linking is impossible) and weights in memory are written to `<path>.data`.
 * ONNX Runtime refuses external data outside the folder of the model, hence the link.
 *
 * @throws UsageError if the place cannot be written, or is a file that the model's weights lie in. The model file is written last and atomically.
 *
 * @example
 * ```ts
 * import { openNetwork, writeOnnx } from 'transpike';
 *
 * await writeOnnx((await openNetwork('vit/')).model, 'vit.onnx');
 * console.log((await openNetwork('vit.onnx')).origin); // onnx
 * ```
 */
export async function writeOnnx(model: Model, path: string): Promise<void> {
  verifyModel(model, path);
  await guardOutput(path, { inputs: weightFilesOf(model), kind: 'onnx', force: true });
  const folder = dirname(resolve(path));
  const outside = [...tensorsOf(model.graph)].filter((tensor) => !liesBelow(tensor, folder));
  const fits = outside.reduce((sum, tensor) => sum + tensor.byteLength, 0) <= inlineLimit;
  const beside = new PlacesBeside(resolve(path));
  const place = (tensor: Tensor): ExternalPlace | undefined => {
    if (liesBelow(tensor, folder)) return referenced(tensor, folder);
    return fits || tensor.byteLength < smallTensor ? undefined : beside.place(tensor);
  };
  const bytes = encodeModel(model, place);
  await beside.write();
  await writeAtomically(path, bytes);
}

function liesBelow({ storage }: Tensor, folder: string): boolean {
  if (storage.kind === 'memory' || !(storage.source instanceof FileSource)) return false;
  return storage.source.location.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function referenced({ storage }: Tensor, folder: string): ExternalPlace | undefined {
  if (storage.kind === 'memory') return undefined;
  return externalPlace(storage, relative(folder, storage.source.location).split(sep).join('/'));
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
      const { location: path } = tensor.storage.source;
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
