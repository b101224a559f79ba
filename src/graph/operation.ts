import type { Tensor } from './tensor.ts';

/**
 * Value of an attribute, tagged with its kind as in ONNX. Integers are JavaScript numbers.
 *
 * @typeParam Body what subgraphs are
 */
export type AttributeOf<Body> =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Body }
  /** In the body of a function: the value of that attribute of the calling node. */
  | { readonly kind: 'reference'; readonly value: string; readonly type: ReferableKind };

/** Kinds of attribute that a function body can refer to. */
export type ReferableKind = 'float' | 'int' | 'string' | 'floats' | 'ints' | 'strings' | 'tensor';

/**
 * One operation: reads values by name, writes values by name. An empty input name is an omitted optional input.
 *
 * @typeParam Body what subgraphs are
 */
export interface Operation<Body> {
  readonly name: string;
  readonly opType: string;
  /** '' is the standard ONNX domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeOf<Body>>;
}

/** The subgraphs of a control-flow node (If, Loop, Scan); empty for all others. */
export function subgraphsOf<Body>(of: Operation<Body>): readonly Body[] {
  const bodies: Body[] = [];
  for (const attribute of of.attributes.values())
    if (attribute.kind === 'graph') bodies.push(attribute.value);
  return bodies;
}

/** The distinct values a node reads: its inputs and what its subgraphs take from outside. */
export function valuesReadBy<Body extends { capturedValues(): ReadonlySet<string> }>(
  of: Operation<Body>,
): Set<string> {
  const names = new Set(of.inputs);
  names.delete('');
  for (const body of subgraphsOf(of)) for (const name of body.capturedValues()) names.add(name);
  return names;
}

/** A copy of a node that is in no graph; its subgraphs are copied, too. */
export function cloneNode<Body extends { clone(): Body }>(of: Operation<Body>): Operation<Body> {
  if (subgraphsOf(of).length === 0) return { ...of };
  const attributes = new Map(
    [...of.attributes].map(([key, attribute]) => [
      key,
      attribute.kind === 'graph' ? { ...attribute, value: attribute.value.clone() } : attribute,
    ]),
  );
  return { ...of, attributes };
}
