import { FileSource } from '../files/file-source.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import { type Content, knownContentOfFile } from './content.ts';

/** Files that the weights of a model lie in. */
export async function weightFiles({ graph }: Model): Promise<Content[]> {
  const paths = new Set<string>();
  for (const { storage } of tensorsOf(graph))
    if (storage.kind === 'external' && storage.source instanceof FileSource)
      paths.add(storage.source.location);
  return Promise.all([...paths].map(knownContentOfFile));
}
