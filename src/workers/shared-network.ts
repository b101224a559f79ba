import { encodeForSession } from '../files/encode-for-session.ts';
import { filesIn } from '../files/external-data.ts';
import { parseOnnx } from '../formats/onnx/parse-onnx.ts';
import type { Model } from '../graph/model.ts';

const shared = new WeakMap<Model, Uint8Array>();

/**
 * A network in memory that all threads share: its ONNX bytes are made once, whatever the number of workers. Weights in files stay there.
 *
 * @param model is not changed any more
 */
export function sharedNetwork(model: Model): Uint8Array {
  const known = shared.get(model);
  if (known) return known;
  const bytes = encodeForSession(model);
  const own = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  own.set(bytes);
  shared.set(model, own);
  return own;
}

/** The network in shared memory; its weights stay there. */
export function readSharedNetwork(bytes: Uint8Array): Model {
  return parseOnnx(bytes, '/model.onnx', filesIn(['/']));
}
