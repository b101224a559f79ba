import type { Graph, ValueInfo } from '../graph/graph.ts';
import { inputKind } from './input-kinds.ts';

/** The inputs of a network that reads text, [batch, tokens] each. */
export interface TokenInputs {
  /** Numbers of tokens. */
  readonly ids: ValueInfo;
  /** 1 for tokens, 0 for padding. */
  readonly mask: ValueInfo | undefined;
  /** Which of two texts a token is from. */
  readonly types: ValueInfo | undefined;
  /** Positions of tokens, counted from 0. */
  readonly positions: ValueInfo | undefined;
  /** Number of tokens that there are: rows of the table of embeddings. */
  readonly vocabulary: number;
}

/** The inputs of a network that reads text; `undefined` where it reads something else. */
export function tokenInputs(graph: Graph): TokenInputs | undefined {
  const sequences = graph.inputs.filter(({ shape }) => shape?.length === 2);
  const named = (name: string) => sequences.find((each) => each.name === name);
  const isIndices = (input: ValueInfo) => inputKind(graph, input).kind === 'indices';
  const ids = named('input_ids') ?? sequences.find(isIndices);
  const kind = ids && inputKind(graph, ids);
  if (!ids || kind?.kind !== 'indices') return undefined;
  return {
    ids,
    mask: named('attention_mask') ?? sequences.find((each) => inputKind(graph, each).kind === 'mask'),
    types: named('token_type_ids'),
    positions: named('position_ids'),
    vocabulary: kind.below,
  };
}
