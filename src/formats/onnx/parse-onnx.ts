import { fromBinary } from '@bufbuild/protobuf';
import { contentOf, type ErrorContent, FormatError, listProblems, messageOf } from '../../errors.ts';
import type { ByteSource } from '../../graph/byte-source.ts';
import type { Model } from '../../graph/model.ts';
import { verifyModel } from '../../graph/verify-model.ts';
import { supportedOpsets } from './attribute-kinds.ts';
import { decodeModel } from './decode-model.ts';
import type { FindExternal } from './decode-tensor.ts';
import { foreignFile } from './foreign-file.ts';
import { ModelProtoSchema } from './onnx_pb.ts';
import { upgradeOperators } from './upgrades/upgrade-operators.ts';

/**
 * Reads an ONNX model, opsets 7 to 26, from bytes. Those before 11 are written as 11.
 *
 * @param where the file the bytes come from, for messages
 * @param find finds weights in external files, which are only referenced, never read here; default: there are none
 * @throws FormatError if the bytes are no ONNX model, are truncated, miss external data or have another opset.
 * @throws GraphError if the graph breaks a rule of ONNX; all problems are listed.
 */
export function parseOnnx(bytes: Uint8Array, where: string, find: FindExternal = findNothing): Model {
  const proto = parse(bytes, where);
  if (!proto.graph || proto.opsetImport.length === 0) throw notOnnx(bytes, where, 'no graph in it');
  const opset = Number(
    proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
  );
  const { oldest, newest } = supportedOpsets;
  if (opset < oldest || opset > newest) {
    throw new FormatError({
      where,
      expected: `operators of opset ${oldest} to ${newest}`,
      got: `opset ${opset}`,
      remedy: `Export the model again with opset_version=17, or convert it with onnx.version_converter`,
    });
  }
  const { model, problems } = decodeModel(proto, find);
  if (problems.length > 0) throw new FormatError(problemsOf(where, problems));
  requireKnownQuantisation(model, where);
  verifyModel(model, where);
  upgrade(model, where);
  return model;
}

/** A single problem is one line, which keeps what its remedy is done with. */
function problemsOf(where: string, problems: readonly Error[]): ErrorContent {
  const [first] = problems;
  const content = problems.length === 1 ? contentOf(first) : undefined;
  if (typeof content === 'object' && 'expected' in content)
    return { ...content, where: `${where}: ${content.where}` };
  return listProblems(`${where}: cannot read ${problems.length} part(s):`, problems.map(messageOf));
}

/** Operators of quantisation-aware training that are no ONNX and that no runtime here has. */
const quantisationDomains = new Set(['onnx.brevitas', 'qonnx.custom_op.general', 'finn.custom_op.general']);

function requireKnownQuantisation({ graph }: Model, where: string): void {
  const quantisers = graph.nodes.filter(({ domain }) => quantisationDomains.has(domain));
  if (quantisers.length === 0) return;
  const kinds = [...new Set(quantisers.map(({ domain, opType }) => `${domain}.${opType}`))];
  throw new FormatError({
    where,
    expected: 'standard operators',
    got: `a network quantised by Brevitas or QONNX (${kinds.join(', ')})`,
    remedy: 'Export the network before quantisation, or with QuantizeLinear and DequantizeLinear',
  });
}

function upgrade(model: Model, where: string): void {
  try {
    upgradeOperators(model);
  } catch (error) {
    throw new FormatError(`${where}: ${messageOf(error)}`, { cause: error });
  }
}

function findNothing(location: string): ByteSource {
  return { location, length: undefined, read: () => new Uint8Array(0) };
}

function parse(bytes: Uint8Array, where: string) {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw notOnnx(bytes, where, messageOf(error));
  }
}

/** ONNX files start with the field `ir_version`; one that does and still cannot be parsed has lost its end. */
function notOnnx(bytes: Uint8Array, where: string, reason: string): FormatError {
  const foreign = foreignFile(bytes);
  if (foreign) return new FormatError({ where, expected: 'an ONNX model', ...foreign });
  const startsLikeOnnx = bytes[0] === 0x08 && bytes.length > 16;
  return new FormatError(
    startsLikeOnnx
      ? {
          where,
          expected: 'a complete ONNX model',
          got: `a file that is truncated or damaged (${bytes.length} bytes; ${reason})`,
          remedy: 'Copy, download or export it again',
        }
      : {
          where,
          expected: 'an ONNX model',
          got: bytes.length === 0 ? 'an empty file' : `something else (${reason})`,
          remedy: 'Give an .onnx file, or a folder with model.safetensors and config.json',
        },
  );
}
