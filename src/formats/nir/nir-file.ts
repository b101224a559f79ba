import { FormatError } from '../../errors.ts';
import { encodeHdf5, type Hdf5Group, type Hdf5Item, type Hdf5Numbers, readHdf5 } from '../hdf5/hdf5-tree.ts';
import type { NirArray, NirGraph, NirNode } from './nir-graph.ts';

/**
 * Reads a NIR file: HDF5 with `version`, and in `node` the `nodes` of a graph and its `edges`.
 *
 * @param where name of the source for error messages
 * @throws FormatError if it is no such file
 */
export async function readNir(bytes: Uint8Array, where: string): Promise<NirGraph> {
  const root = await readHdf5(bytes, where);
  const graph = root.items.get('node');
  const nodes = graph?.kind === 'group' ? graph.items.get('nodes') : undefined;
  const edges = graph?.kind === 'group' ? graph.items.get('edges') : undefined;
  if (graph?.kind !== 'group' || nodes?.kind !== 'group' || !edges) {
    throw new FormatError({
      where,
      expected: 'a NIR file: node/nodes and node/edges',
      got: [...root.items.keys()].join(', ') || 'nothing',
      remedy: 'Write the network with the NIR package',
    });
  }
  const metadata = metadataOf(graph);
  return {
    version: wordIn(root, 'version') ?? 'unknown',
    nodes: new Map(
      [...nodes.items].map(([name, item]) => [name, nodeFrom(item, `${where}: node '${name}'`)]),
    ),
    edges: edgesFrom(edges, where),
    ...(metadata && { metadata }),
  };
}

function nodeFrom(item: Hdf5Item, where: string): NirNode {
  const type = item.kind === 'group' ? wordIn(item, 'type') : undefined;
  if (item.kind !== 'group' || type === undefined) {
    throw new FormatError({
      where,
      expected: "a group with a 'type'",
      got: item.kind,
      remedy: 'Write the network with the NIR package',
    });
  }
  const fields = [...item.items].filter(([name]) => name !== 'type' && name !== 'metadata');
  const metadata = metadataOf(item);
  return {
    type,
    parameters: new Map(
      fields.flatMap(([name, each]) => (each.kind === 'numbers' ? [[name, arrayFrom(each)] as const] : [])),
    ),
    words: new Map(
      fields.flatMap(([name, each]) => (each.kind === 'words' ? [[name, each.data[0] ?? ''] as const] : [])),
    ),
    ...(metadata && { metadata }),
  };
}

function arrayFrom({ shape, dataType, data }: Hdf5Numbers): NirArray {
  return { shape, dataType, data };
}

function edgesFrom(item: Hdf5Item, where: string): [string, string][] {
  const pairs = item.kind === 'words' && item.shape.length === 2 && item.shape[1] === 2;
  if (item.kind === 'words' && pairs) {
    return Array.from({ length: item.data.length / 2 }, (_, i) => [
      item.data[2 * i] ?? '',
      item.data[2 * i + 1] ?? '',
    ]);
  }
  if (item.kind === 'numbers' && item.data.length === 0) return [];
  throw new FormatError({
    where: `${where}: edges`,
    expected: 'pairs of names [edges, 2]',
    got: item.kind === 'group' ? 'a group' : `${item.kind} [${item.shape.join(', ')}]`,
    remedy: 'Write the network with the NIR package',
  });
}

function wordIn(group: Hdf5Group, name: string): string | undefined {
  const found = group.items.get(name);
  return found?.kind === 'words' ? found.data[0] : undefined;
}

function metadataOf(group: Hdf5Group): ReadonlyMap<string, NirArray | string> | undefined {
  const found = group.items.get('metadata');
  if (found?.kind !== 'group') return undefined;
  return new Map(
    [...found.items].flatMap(([name, item]): [string, NirArray | string][] => {
      if (item.kind === 'group') return [];
      return [[name, item.kind === 'words' ? (item.data[0] ?? '') : arrayFrom(item)]];
    }),
  );
}

/** The bytes of a NIR file, as version 1.0 of the NIR package lays it out. */
export function encodeNir({ version, nodes, edges, metadata }: NirGraph): Promise<Uint8Array> {
  const graph: [string, Hdf5Item][] = [
    ['edges', { kind: 'words', shape: [edges.length, 2], data: edges.flat() }],
    ['nodes', group([...nodes].map(([name, node]) => [name, nodeItem(node)]))],
    ['type', word('NIRGraph')],
    ...metadataItem(metadata),
  ];
  return encodeHdf5(
    group([
      ['version', word(version)],
      ['node', group(graph)],
    ]),
  );
}

function nodeItem({ type, parameters, words = new Map(), metadata }: NirNode): Hdf5Group {
  return group([
    ...[...parameters].map(([name, array]): [string, Hdf5Item] => [name, { kind: 'numbers', ...array }]),
    ...[...words].map(([name, text]): [string, Hdf5Item] => [name, word(text)]),
    ['type', word(type)],
    ...metadataItem(metadata),
  ]);
}

function metadataItem(metadata: NirNode['metadata']): [string, Hdf5Item][] {
  if (!metadata || metadata.size === 0) return [];
  const items = [...metadata].map(([name, value]): [string, Hdf5Item] => [
    name,
    typeof value === 'string' ? word(value) : { kind: 'numbers', ...value },
  ]);
  return [['metadata', group(items)]];
}

function group(items: readonly (readonly [string, Hdf5Item])[]): Hdf5Group {
  return { kind: 'group', items: new Map(items) };
}

function word(text: string): Hdf5Item {
  return { kind: 'words', shape: [], data: [text] };
}
