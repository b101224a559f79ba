import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FormatError, messageOf } from '../errors.ts';
import { parseOnnx } from '../formats/onnx/parse-onnx.ts';
import type { Model } from '../graph/model.ts';
import { type ExternalDataOptions, filesIn } from './external-data.ts';
import { verifyWeights } from './weight-digests.ts';

/**
 * Reads an ONNX model, opsets 7 to 26; those before 11 are written as 11. Weights in external files are only referenced. Where
 * the file says what they were when it was written, as files of Transpike do, they are compared with that: about 1.5 s a GB, for files from 64 MiB on once as long as
 * they stay the same.
 *
 * @throws FormatError if external data lie outside the model's folder and those of the options, if they changed since the file was written, or if the file is no ONNX model, is truncated, misses external data or has another opset.
 * @throws GraphError if the graph breaks a rule of ONNX; all problems are listed.
 */
export async function readOnnx(path: string, options: ExternalDataOptions = {}): Promise<Model> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FormatError(
      {
        where: path,
        expected: 'an ONNX file',
        got: messageOf(error),
        remedy: 'Check the path',
      },
      { cause: error },
    );
  });
  // In the cache of a hub, model and weights are links to files that lie beside each other elsewhere.
  const folders = new Set([dirname(resolve(path)), dirname(await realpath(path))]);
  const find = filesIn([...folders], options);
  const model = parseOnnx(bytes, path, find);
  await verifyWeights(model, path, find);
  return model;
}
