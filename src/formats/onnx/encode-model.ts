import { create, toBinary } from '@bufbuild/protobuf';
import { onnxDataType } from '../../graph/data-type.ts';
import type { Dimension, Graph, ValueInfo } from '../../graph/graph.ts';
import type { Model, ModelFunction } from '../../graph/model.ts';
import type { Attribute, Node } from '../../graph/node.ts';
import { subgraphsOf } from '../../graph/operation.ts';
import { type ExternalStorage, type Tensor, toInt64 } from '../../graph/tensor.ts';
import { attributeKinds, externalLocation } from './attribute-kinds.ts';
import { type Chunks, joinChunks, messageField } from './message-field.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';

/** Place of external bytes as an ONNX file names it. */
export interface ExternalPlace {
  /** File name relative to the model's folder, with `/`. */
  location: string;
  offset: number;
  length: number;
}

/** Says where the bytes of a tensor shall be: in the file itself (`undefined`), or in another file. */
export type PlaceTensor = (tensor: Tensor) => ExternalPlace | undefined;

/** Numbers of the fields that hold weights, from onnx.proto. */
const fields = { graph: 7, initializer: 5, rawData: 9 } as const;

/** The ONNX bytes of a model. Its weights are copied once; the general way copies them at every level of nesting. */
export function encodeModel(model: Model, place: PlaceTensor): Uint8Array {
  const encoder = new Encoder(place);
  // In the order of the fields' numbers, as all of it would be written at once.
  const head = create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    producerName: model.producer,
  });
  const rest = create(ModelProtoSchema, {
    opsetImport: encodeOpsets(model.opsets),
    functions: model.functions.map((each) => encoder.function(each)),
    // In order of their keys, so that the same model has the same bytes whatever was noted in it first.
    metadataProps: [...model.metadata]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
  return joinChunks([
    toBinary(ModelProtoSchema, head),
    ...messageField(fields.graph, graphChunks(model.graph, encoder)),
    toBinary(ModelProtoSchema, rest),
  ]);
}

function graphChunks({ name, nodes, initializers, inputs, outputs }: Graph, encoder: Encoder): Chunks {
  const head = create(GraphProtoSchema, { name, node: nodes.map((each) => encoder.node(each)) });
  const rest = create(GraphProtoSchema, {
    input: inputs.map(encodeValueInfo),
    output: outputs.map(encodeValueInfo),
  });
  return [
    toBinary(GraphProtoSchema, head),
    ...[...initializers].flatMap(([name, tensor]) =>
      messageField(fields.initializer, tensorChunks(encoder.tensor(name, tensor))),
    ),
    toBinary(GraphProtoSchema, rest),
  ];
}

function tensorChunks({ rawData, ...rest }: TensorProto): Chunks {
  const head = toBinary(TensorProtoSchema, create(TensorProtoSchema, rest));
  return rawData === undefined ? [head] : [head, ...messageField(fields.rawData, [rawData])];
}

/** The place of a stretch of a file under a given name. */
export function externalPlace({ offset, length }: ExternalStorage, location: string): ExternalPlace {
  return { location, offset, length };
}

/** All tensors of a graph: initializers and attributes, subgraphs included. */
export function* tensorsOf(graph: Graph): Generator<Tensor> {
  yield* graph.initializers.values();
  for (const each of graph.nodes) {
    for (const attribute of each.attributes.values()) if (attribute.kind === 'tensor') yield attribute.value;
    for (const body of subgraphsOf(each)) yield* tensorsOf(body);
  }
}

class Encoder {
  readonly #place: PlaceTensor;

  constructor(place: PlaceTensor) {
    this.#place = place;
  }

  graph(graph: Graph): GraphProto {
    return create(GraphProtoSchema, {
      name: graph.name,
      node: graph.nodes.map((each) => this.node(each)),
      initializer: [...graph.initializers].map(([name, tensor]) => this.tensor(name, tensor)),
      input: graph.inputs.map(encodeValueInfo),
      output: graph.outputs.map(encodeValueInfo),
    });
  }

  function(of: ModelFunction): FunctionProto {
    return create(FunctionProtoSchema, {
      name: of.name,
      domain: of.domain,
      input: [...of.inputs],
      output: [...of.outputs],
      attribute: [...of.attributes],
      attributeProto: [...of.attributeDefaults].map(([name, each]) => this.#attribute(name, each)),
      node: of.nodes.map((each) => this.node(each)),
      opsetImport: encodeOpsets(of.opsets),
      docString: of.doc,
    });
  }

  node(of: Node): NodeProto {
    return create(NodeProtoSchema, {
      name: of.name,
      opType: of.opType,
      domain: of.domain,
      input: [...of.inputs],
      output: [...of.outputs],
      attribute: [...of.attributes].map(([name, each]) => this.#attribute(name, each)),
    });
  }

  #attribute(name: string, of: Attribute): AttributeProto {
    if (of.kind === 'reference') {
      return create(AttributeProtoSchema, { name, type: attributeKinds[of.type], refAttrName: of.value });
    }
    return create(AttributeProtoSchema, { name, type: attributeKinds[of.kind], ...this.#attributeValue(of) });
  }

  #attributeValue(of: Exclude<Attribute, { kind: 'reference' }>) {
    const bytes = (text: string) => new TextEncoder().encode(text);
    switch (of.kind) {
      case 'float':
        return { f: of.value };
      case 'int':
        return { i: toInt64(of.value) };
      case 'string':
        return { s: bytes(of.value) };
      case 'floats':
        return { floats: [...of.value] };
      case 'ints':
        return { ints: of.value.map(toInt64) };
      case 'strings':
        return { strings: of.value.map(bytes) };
      case 'tensor':
        return { t: this.tensor('', of.value) };
      case 'graph':
        return { g: this.graph(of.value) };
    }
  }

  tensor(name: string, tensor: Tensor): TensorProto {
    const place = this.#place(tensor);
    const common = { name, dataType: onnxDataType(tensor.dataType), dims: tensor.shape.map(BigInt) };
    if (!place) return create(TensorProtoSchema, { ...common, rawData: tensor.bytes() });
    const externalData = Object.entries(place).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) }),
    );
    return create(TensorProtoSchema, { ...common, dataLocation: externalLocation, externalData });
  }
}

function encodeOpsets(opsets: ReadonlyMap<string, number>) {
  return [...opsets].map(([domain, version]) =>
    create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
  );
}

function encodeValueInfo({ name, dataType, shape }: ValueInfo): ValueInfoProto {
  if (!dataType) return create(ValueInfoProtoSchema, { name });
  const dim = shape?.map(encodeDimension);
  const tensor = { elemType: onnxDataType(dataType), ...(dim && { shape: { dim } }) };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: tensor } },
  });
}

/** An axis of unknown length has no value at all: an empty name would be a name. */
function encodeDimension(length: Dimension) {
  if (typeof length === 'number') return { value: { case: 'dimValue' as const, value: BigInt(length) } };
  return length === undefined ? {} : { value: { case: 'dimParam' as const, value: length } };
}
