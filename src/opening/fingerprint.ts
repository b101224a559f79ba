import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeModel } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';

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
