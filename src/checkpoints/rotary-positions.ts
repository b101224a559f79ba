import { Tensor } from '../graph/tensor.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** Which features are rotated together: neighbours, or the i-th of the first half and the i-th of the second. */
export type RotaryPairs = 'neighbours' | 'halves';

/** Rotations of the tokens of a network: an angle for each token and each pair of a head's features. */
export interface RotaryPositions {
  readonly pairs: RotaryPairs;
  readonly tokens: number;
  /** Number of features of a head. */
  readonly headDim: number;
  /** [tokens, headDim / 2] in radians. */
  readonly angles: Float64Array;
}

/** The values that {@link addRotation} computes with. */
export interface RotaryValues {
  /** float32 [tokens, 1, headDim] */
  readonly cosine: string;
  /** float32 [tokens, 1, headDim], with the sign with which the partner of a feature counts. */
  readonly sine: string;
  /** int64 [headDim]: the partner of each feature. */
  readonly partner: string;
}

/**
 * Adds the constants of rotary positions.
 *
 * Su, Lu, Pan, Murtadha, Wen, Liu: RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021, arXiv:2104.09864.
 */
export function addRotaryPositions(net: NetworkBuilder, rotary: RotaryPositions): RotaryValues {
  const { pairs, tokens, headDim, angles } = rotary;
  const table = (of: (angle: number, feature: number) => number) =>
    Float64Array.from({ length: tokens * headDim }, (_, i) => {
      const feature = i % headDim;
      const angle = angles[Math.floor(i / headDim) * (headDim / 2) + pairOf(feature, headDim, pairs)]!;
      return of(angle, feature);
    });
  const shape = [tokens, 1, headDim];
  return {
    cosine: net.constant('rotary.cosine', Tensor.float32(shape, table(Math.cos))),
    sine: net.constant(
      'rotary.sine',
      Tensor.float32(
        shape,
        table((angle, feature) => signOf(feature, headDim, pairs) * Math.sin(angle)),
      ),
    ),
    partner: addPartners(net, headDim, pairs),
  };
}

/** Frequencies of the pairs of a head's features, [headDim / 2], in radians a token. */
export interface TokenRotation {
  readonly pairs: RotaryPairs;
  readonly headDim: number;
  readonly frequencies: Float64Array;
}

/**
 * Adds the rotations of a sequence of any length, as operators: the angle of a token is its position times the frequency.
 *
 * @param path prefix of the operators' names
 * @param positions float32 [tokens, 1]
 */
export function addTokenRotation(
  net: NetworkBuilder,
  path: string,
  { pairs, headDim, frequencies }: TokenRotation,
  positions: string,
): RotaryValues {
  const row = (of: (feature: number) => number) =>
    Tensor.float32(
      [1, headDim],
      Float64Array.from({ length: headDim }, (_, feature) => of(feature)),
    );
  const each = net.constant(
    `${path}.frequencies`,
    row((feature) => frequencies[pairOf(feature, headDim, pairs)]!),
  );
  const signs = net.constant(
    `${path}.signs`,
    row((feature) => signOf(feature, headDim, pairs)),
  );
  const angles = net.op('Mul', [positions, each], {}, { name: `${path}.angles` });
  const spread = (name: string, table: string) =>
    net.op('Unsqueeze', [table, net.integers(`${path}.${name}.axis`, [1])], {}, { name: `${path}.${name}` });
  const sine = net.op(
    'Mul',
    [net.op('Sin', [angles], {}, { name: `${path}.sin` }), signs],
    {},
    { name: `${path}.signed` },
  );
  return {
    cosine: spread('cosine', net.op('Cos', [angles], {}, { name: `${path}.cos` })),
    sine: spread('sine', sine),
    partner: addPartners(net, headDim, pairs),
  };
}

/** The constant with the partner of each feature. */
function addPartners(net: NetworkBuilder, headDim: number, pairs: RotaryPairs): string {
  const half = headDim / 2;
  const partners = Array.from({ length: headDim }, (_, i) =>
    pairs === 'neighbours' ? i ^ 1 : (i + half) % headDim,
  );
  return net.integers('rotary.partner', partners);
}

/** The pair that a feature belongs to. */
function pairOf(feature: number, headDim: number, pairs: RotaryPairs): number {
  return pairs === 'neighbours' ? feature >> 1 : feature % (headDim / 2);
}

/** The first of a pair loses what the sine brings from the second; the second gains. */
function signOf(feature: number, headDim: number, pairs: RotaryPairs): 1 | -1 {
  const first = pairs === 'neighbours' ? feature % 2 === 0 : feature < headDim / 2;
  return first ? -1 : 1;
}

/**
 * Appends the rotation of each head's features: x · cos + partner(x) · (± sin). Without rotations the input is returned.
 *
 * @param input float32 [batch, tokens, heads, headDim]
 * @returns float32 of the same shape
 */
export function addRotation(
  net: NetworkBuilder,
  rotary: RotaryValues | undefined,
  path: string,
  input: string,
): string {
  if (!rotary) return input;
  const kept = net.op('Mul', [input, rotary.cosine], {}, { name: `${path}.kept` });
  const partners = net.op('Gather', [input, rotary.partner], { axis: -1 }, { name: `${path}.partners` });
  const turned = net.op('Mul', [partners, rotary.sine], {}, { name: `${path}.turned` });
  return net.op('Add', [kept, turned], {}, { name: `${path}.rotated` });
}
