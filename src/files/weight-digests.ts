import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import { type ExternalPlace, tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { FileSource } from './file-source.ts';
import { VerifiedFile } from './verified-file.ts';

/** Key of the digests among the `metadata_props` of an ONNX file. They describe the file, so a model in memory has none. */
const metadataKey = 'transpike.weights';

/** Location as in the file -> SHA-256 of the bytes that its tensors refer to, in the order of their offsets. */
const schema = z.record(z.string(), z.string());

/** A stretch of a file. */
interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are read and hashed at a time. */
const blockSize = 8 * 2 ** 20;

/**
 * Says in a model's metadata what the external data contain that its tensors refer to.
 *
 * @param places where tensors will be referred to
 * @param fileOf path of the file at a location
 */
export async function writeWeightDigests(
  model: Model,
  places: ReadonlyMap<Tensor, ExternalPlace>,
  fileOf: (location: string) => string,
): Promise<void> {
  const digests = new Map<string, string>();
  for (const [location, stretches] of groupStretches(places.values(), ({ location }) => location)) {
    const file = await VerifiedFile.at(fileOf(location));
    const digest = await digestOf(file.path, stretches);
    await file.remember(keyOf(digest, stretches));
    digests.set(location, digest);
  }
  if (digests.size > 0) model.metadata.set(metadataKey, JSON.stringify(Object.fromEntries(digests)));
}

/**
 * Compares the external data of a model that was just read with what its metadata say of them, and takes that out of the
 * metadata. A file without digests, from elsewhere, passes.
 *
 * @param where the model's file, for messages
 * @throws FormatError if weights changed since the file was written
 */
export async function verifyWeights(
  model: Model,
  where: string,
  sourceOf: (location: string) => FileSource,
): Promise<void> {
  const digests = parse(model.metadata.get(metadataKey));
  model.metadata.delete(metadataKey);
  const bySource = groupStretches(externalStretches(model), ({ source }) => source);
  for (const [location, digest] of Object.entries(digests)) {
    const source = sourceOf(location);
    const stretches = bySource.get(source) ?? [];
    const file = await VerifiedFile.at(source.location);
    const key = keyOf(digest, stretches);
    if (await file.isKnown(key)) continue;
    if ((await digestOf(file.path, stretches)) !== digest) throw changed(where, source.location);
    await file.remember(key);
  }
}

function changed(where: string, weights: string): FormatError {
  return new FormatError({
    where: `${where}: external data ${weights}`,
    expected: 'the weights that the model was written with',
    got: 'weights that changed since',
    remedy:
      'Bring the old file back, or write the model again; the option bundle then puts the weights into the file',
    means: ['bundle'],
  });
}

function* externalStretches(model: Model): Generator<Stretch & { readonly source: FileSource }> {
  for (const { storage } of tensorsOf(model.graph)) {
    if (storage.kind === 'external' && storage.source instanceof FileSource)
      yield { source: storage.source, offset: storage.offset, length: storage.length };
  }
}

/** Stretches in the order of their offsets, each once. */
function groupStretches<S extends Stretch, K>(
  stretches: Iterable<S>,
  keyOf: (stretch: S) => K,
): Map<K, Stretch[]> {
  const groups = new Map<K, Map<string, Stretch>>();
  for (const each of stretches) {
    const key = keyOf(each);
    const group = groups.get(key) ?? new Map<string, Stretch>();
    group.set(`${each.offset} ${each.length}`, each);
    groups.set(key, group);
  }
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      [...group.values()].sort((a, b) => a.offset - b.offset || a.length - b.length),
    ]),
  );
}

/** What is verified of a file: these stretches have this digest. */
function keyOf(digest: string, stretches: readonly Stretch[]): string {
  return `${digest} ${stretches.map(({ offset, length }) => `${offset}+${length}`).join(' ')}`;
}

async function digestOf(path: string, stretches: readonly Stretch[]): Promise<string> {
  const hash = createHash('sha256');
  const block = new Uint8Array(blockSize);
  const file = await open(path, 'r');
  try {
    for (const { offset, length } of stretches) {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(block, 0, Math.min(blockSize, length - done), offset + done);
        if (bytesRead === 0) break;
        hash.update(block.subarray(0, bytesRead));
        done += bytesRead;
      }
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function parse(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // A later version may say it in another way; what cannot be checked is as it is with files from elsewhere.
    return {};
  }
}
