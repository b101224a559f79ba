import { encodeModel, externalPlace } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import { FileSource } from './file-source.ts';

/**
 * The ONNX bytes of a model for a session or another thread: weights in files stay there, and are named relative to the root of
 * the file system.
 */
export function encodeForSession(model: Model): Uint8Array {
  return encodeModel(model, ({ storage }) => {
    if (storage.kind === 'memory' || !(storage.source instanceof FileSource)) return undefined;
    return externalPlace(storage, storage.source.location.replace(/^\/+/, ''));
  });
}
