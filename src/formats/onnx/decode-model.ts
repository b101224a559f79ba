import { FormatError, messageOf } from '../../errors.ts';
import { dataTypeFromOnnx } from '../../graph/data-type.ts';
import { type Dimension, Graph, type ValueInfo } from '../../graph/graph.ts';
import { Model, type ModelFunction } from '../../graph/model.ts';
import type { Attribute, Node } from '../../graph/node.ts';
import type { ReferableKind } from '../../graph/operation.ts';
import { inTopologicalOrder } from '../../graph/topological-order.ts';
import { attributeKinds } from './attribute-kinds.ts';
import { decodeTensor, type FindExternal } from './decode-tensor.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from './onnx_pb.ts';
import { packedIntegers } from './packed-integers.ts';

/**
 * Turns a parsed file into a model. Problems are collected, so that a user sees all of them at once.
 *
 * @param find finds external data
 */
export function decodeModel(proto: ModelProto, find: FindExternal): { model: Model; problems: Error[] } {
  const decoder = new Decoder(find);
  const opsets = decodeOpsets(proto.opsetImport);
  const model = new Model(decoder.graph(proto.graph!), opsets.get('') ?? 1);
  model.opsets = opsets;
  model.functions = proto.functions.map((each) => decoder.function(each));
  model.metadata = new Map(proto.metadataProps.map(({ key, value }) => [key, value]));
  model.irVersion = Math.max(Number(proto.irVersion), initializersAlone);
  model.producer = proto.producerName;
  // What a whole file lacks is one problem, however many tensors are in it.
  return { model, problems: [...new Map(decoder.problems.map((each) => [each.message, each])).values()] };
}

/** IR version from which on initializers need not be inputs, too, which they are not in our graphs. */
const initializersAlone = 4;

class Decoder {
  readonly problems: Error[] = [];
  readonly #find: FindExternal;

  constructor(find: FindExternal) {
    this.#find = find;
  }

  graph(proto: GraphProto): Graph {
    const graph = new Graph(proto.name || 'graph');
    for (const each of proto.initializer) {
      this.#attempt(() => graph.setInitializer(each.name, decodeTensor(each, this.#find)));
    }
    for (const each of proto.sparseInitializer) {
      this.problems.push(
        new FormatError({
          where: `initializer '${each.values?.name}'`,
          expected: 'dense weights',
          got: 'a sparse tensor',
          remedy: 'Export dense weights',
        }),
      );
    }
    // Before IR version 4 every initializer was listed among the inputs too.
    const inputs = proto.input.filter(({ name }) => !graph.initializers.has(name));
    graph.setInputs(inputs.map(decodeValueInfo));
    graph.setOutputs(proto.output.map(decodeValueInfo));
    const nodes = proto.node.map((each, position) => this.node(each, position));
    nameIntegers(nodes, new Map(proto.initializer.map(({ name, dataType }) => [name, dataType])));
    graph.setNodes(inTopologicalOrder(uniquelyNamed(nodes)));
    return graph;
  }

  function(proto: FunctionProto): ModelFunction {
    const defaults = proto.attributeProto.flatMap((each) =>
      this.#attributeEntry(each, `function '${proto.name}'`),
    );
    return {
      name: proto.name,
      domain: proto.domain,
      inputs: proto.input,
      outputs: proto.output,
      attributes: proto.attribute,
      attributeDefaults: new Map(defaults),
      nodes: inTopologicalOrder(uniquelyNamed(proto.node.map((each, position) => this.node(each, position)))),
      opsets: decodeOpsets(proto.opsetImport),
      doc: proto.docString,
    };
  }

  node(proto: NodeProto, position: number): Node {
    const name = proto.name || proto.output[0] || `${proto.opType}_${position}`;
    return {
      name,
      opType: proto.opType,
      domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
      inputs: proto.input,
      outputs: proto.output,
      attributes: new Map(
        proto.attribute.flatMap((each) => this.#attributeEntry(each, `${proto.opType} '${name}'`)),
      ),
    };
  }

  #attributeEntry(proto: AttributeProto, owner: string): [string, Attribute][] {
    const attribute = this.#attempt(() => this.#attribute(proto, `${owner}: attribute '${proto.name}'`));
    return attribute ? [[proto.name, attribute]] : [];
  }

  #attribute(proto: AttributeProto, where: string): Attribute {
    if (proto.refAttrName) {
      return {
        kind: 'reference',
        value: proto.refAttrName,
        type: kindOf(proto.type, where) as ReferableKind,
      };
    }
    const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
    switch (kindOf(proto.type, where)) {
      case 'float':
        return { kind: 'float', value: proto.f ?? 0 };
      case 'int':
        return { kind: 'int', value: Number(proto.i ?? 0) };
      case 'string':
        return { kind: 'string', value: text(proto.s) };
      case 'floats':
        return { kind: 'floats', value: proto.floats };
      case 'ints':
        return { kind: 'ints', value: proto.ints.map(Number) };
      case 'strings':
        return { kind: 'strings', value: proto.strings.map(text) };
      case 'tensor':
        return { kind: 'tensor', value: decodeTensor(proto.t!, this.#find) };
      case 'graph':
        return { kind: 'graph', value: this.graph(proto.g!) };
    }
  }

  #attempt<R>(decode: () => R): R | undefined {
    try {
      return decode();
    } catch (error) {
      this.problems.push(error instanceof Error ? error : new Error(messageOf(error)));
      return undefined;
    }
  }
}

/** Integers of 2 and 4 bits are read as bytes: a QuantizeLinear whose zero point was one then has to say itself what it makes. */
function nameIntegers(nodes: readonly Node[], types: ReadonlyMap<string, number>): void {
  for (const { opType, inputs, attributes } of nodes) {
    const type = opType === 'QuantizeLinear' ? types.get(inputs[2] ?? '') : undefined;
    if (type !== undefined && packedIntegers(type) && !attributes.has('output_dtype')) {
      (attributes as Map<string, Attribute>).set('output_dtype', { kind: 'int', value: type });
    }
  }
}

/** Exporters may leave names out or use one twice; messages and run records need to tell nodes apart. */
function uniquelyNamed(nodes: readonly Node[]): Node[] {
  const seen = new Map<string, number>();
  return nodes.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, count);
    return count === 1 ? each : { ...each, name: `${each.name}#${count}` };
  });
}

const kindByNumber = new Map(
  Object.entries(attributeKinds).map(([kind, number]) => [
    number as number,
    kind as keyof typeof attributeKinds,
  ]),
);

function kindOf(type: number, where: string): keyof typeof attributeKinds {
  const kind = kindByNumber.get(type);
  if (kind) return kind;
  throw new Error(
    `${where}: attribute kind number ${type} is not supported. Export the model with standard operators.`,
  );
}

function decodeOpsets(imports: readonly OperatorSetIdProto[]): Map<string, number> {
  return new Map(imports.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]));
}

function decodeValueInfo(proto: ValueInfoProto): ValueInfo {
  const tensor = proto.type?.value.case === 'tensorType' ? proto.type.value.value : undefined;
  const shape = tensor?.shape?.dim.map(({ value }): Dimension => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.value || undefined;
  });
  const dataType = tensor?.elemType ? dataTypeFromOnnx(tensor.elemType, `value '${proto.name}'`) : undefined;
  return { name: proto.name, dataType, shape };
}
