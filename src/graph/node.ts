import { GraphError } from '../errors.ts';
import type { Attribute, Graph, Node } from './graph.ts';
import type { Tensor } from './tensor.ts';

export type { Attribute, Node } from './graph.ts';

/** Plain forms from which {@link node} makes attributes: integers become `int`, wrap a float in {@link float}. */
export type AttributeInput = Attribute | number | string | readonly number[] | Tensor | Graph;

/** A float attribute (a plain number would become an int). */
export function float(value: number): Attribute {
  return { kind: 'float', value };
}

/** The attributes of a new node, each given plainly. */
export type AttributeInputs = Readonly<Record<string, AttributeInput>>;

/** Makes a node; its name defaults to the name of its first output. */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: AttributeInputs = {},
  options: { name?: string; domain?: string } = {},
): Node {
  return {
    name: options.name ?? outputs[0] ?? opType,
    opType,
    domain: options.domain ?? '',
    inputs: [...inputs],
    outputs: [...outputs],
    attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)])),
  };
}

function toAttribute(input: AttributeInput): Attribute {
  if (typeof input === 'number') return { kind: 'int', value: input };
  if (typeof input === 'string') return { kind: 'string', value: input };
  if (isNumbers(input)) return { kind: 'ints', value: input };
  if ('kind' in input) return input;
  if ('storage' in input) return { kind: 'tensor', value: input };
  return { kind: 'graph', value: input };
}

function isNumbers(input: AttributeInput): input is readonly number[] {
  return Array.isArray(input);
}

/** Reads an int attribute. @throws GraphError if it has another kind, or is missing and there is no fallback. */
export function intAttribute(of: Node, key: string, fallback?: number): number {
  return read(of, key, 'int', fallback);
}

/** Reads a float attribute. @throws GraphError if it has another kind, or is missing and there is no fallback. */
export function floatAttribute(of: Node, key: string, fallback?: number): number {
  return read(of, key, 'float', fallback);
}

/** Reads a string attribute. @throws GraphError if it has another kind, or is missing and there is no fallback. */
export function stringAttribute(of: Node, key: string, fallback?: string): string {
  return read(of, key, 'string', fallback);
}

/** Reads an ints attribute. @throws GraphError if it has another kind, or is missing and there is no fallback. */
export function intsAttribute(of: Node, key: string, fallback?: readonly number[]): readonly number[] {
  return read(of, key, 'ints', fallback);
}

/** Reads a tensor attribute. @throws GraphError if it is missing or has another kind. */
export function tensorAttribute(of: Node, key: string): Tensor {
  return read(of, key, 'tensor');
}

/** Reads a subgraph attribute. @throws GraphError if it is missing or has another kind. */
export function graphAttribute(of: Node, key: string): Graph {
  return read(of, key, 'graph');
}

type ValueOf<K extends Attribute['kind']> = Extract<Attribute, { kind: K }>['value'];

function read<K extends Attribute['kind']>(
  of: Node,
  key: string,
  kind: K,
  fallback?: ValueOf<K>,
): ValueOf<K> {
  const attribute = of.attributes.get(key);
  if (attribute?.kind === kind) return attribute.value as ValueOf<K>;
  if (attribute === undefined && fallback !== undefined) return fallback;
  throw new GraphError({
    where: `${of.opType} '${of.name}': attribute '${key}'`,
    expected: `a value of kind ${kind}`,
    got: attribute ? `kind ${attribute.kind}` : 'none',
    remedy: 'The model is not valid ONNX; export it again',
  });
}

/** How messages name a node: `MatMul 'blocks.0.attn.qkv'`. */
export function describeNode(of: Node): string {
  return `${of.domain ? `${of.domain}.` : ''}${of.opType} '${of.name}'`;
}
