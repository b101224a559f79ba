import { parseOnnx } from '../formats/onnx/parse-onnx.ts';
import type { Model } from '../graph/model.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { requireNeededVersions } from '../spiking/needed-extensions.ts';

/**
 * A network from the bytes of an ONNX file that has its weights inside, dense or spiking, in standard operators on float32.
 *
 * @param bytes of the file; its weights stay there, so leave them as they are
 * @param name that errors call it by
 * @throws FormatError if they are no ONNX file that can be read, or name weights in other files; GraphError if the graph breaks a rule of ONNX
 */
export function openModel(bytes: Uint8Array, name: string): Model {
  const { model } = runPasses(parseOnnx(bytes, name), standardForm);
  requireNeededVersions(model, name);
  return model;
}
