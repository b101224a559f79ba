import type { Tensor } from '../graph/tensor.ts';
import { tiny } from './tiny-vit.fixture.ts';

/** Rows of features, one a token. */
type Rows = number[][];

/** What the reference needs to know beside the tensors. */
export interface ReferenceSettings {
  activation?: (x: number) => number;
  pooling?: 'token' | 'avg';
  coverPrefix?: boolean;
}

/**
 * A tiny Vision Transformer under timm's names in plain float64 loops, one image at a time and one token after the
 * other: the oracle for the graphs that the architectures build.
 */
export function referenceLogits(
  tensors: ReadonlyMap<string, Tensor>,
  image: Float32Array,
  { activation = gelu, pooling = 'token', coverPrefix = true }: ReferenceSettings = {},
): number[] {
  const numbers = new Map([...tensors].map(([name, tensor]) => [name, tensor.toNumbers()]));
  const weights = (name: string): Float64Array => numbers.get(name)!;
  const linear = (path: string, x: number[]): number[] =>
    matrix(weights(`${path}.weight`), x.length).map(
      (row, i) => dot(row, x) + (numbers.get(`${path}.bias`)?.[i] ?? 0),
    );
  const norm = (path: string, x: number[]): number[] => {
    if (!numbers.has(`${path}.weight`)) return x;
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
    const gain = weights(`${path}.weight`);
    const shift = weights(`${path}.bias`);
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-6)) * gain[i]! + shift[i]!);
  };
  const scale = (name: string, x: number[]): number[] => x.map((v, i) => v * (numbers.get(name)?.[i] ?? 1));

  const attention = (path: string, rows: Rows): Rows => {
    const qkv = rows.map((row) => linear(`${path}.qkv`, row));
    const size = tiny.dim / tiny.heads;
    const mixed: Rows = rows.map(() => []);
    for (let head = 0; head < tiny.heads; head++) {
      const part = (which: number) =>
        qkv.map((row) => row.slice(which * tiny.dim + head * size, which * tiny.dim + (head + 1) * size));
      const queries = part(0).map((q) => norm(`${path}.q_norm`, q));
      const keys = part(1).map((k) => norm(`${path}.k_norm`, k));
      const values = part(2);
      for (const [i, query] of queries.entries()) {
        const shares = softmax(keys.map((key) => dot(key, query) / Math.sqrt(size)));
        for (let f = 0; f < size; f++)
          mixed[i]!.push(shares.reduce((sum, s, j) => sum + s * values[j]![f]!, 0));
      }
    }
    return mixed.map((row) => linear(`${path}.proj`, row));
  };

  const prefix = ['cls_token', 'dist_token', 'reg_token'].flatMap((name) =>
    numbers.has(name) ? matrix(weights(name), tiny.dim) : [],
  );
  const positions = matrix(weights('pos_embed'), tiny.dim);
  const patches = embedPatches(image, (patch) => linear('patch_embed.proj', patch));
  let rows = coverPrefix ? add([...prefix, ...patches], positions) : [...prefix, ...add(patches, positions)];
  rows = rows.map((row) => norm('norm_pre', row));
  for (let i = 0; i < tiny.depth; i++) {
    const block = `blocks.${i}`;
    const attended = attention(
      `${block}.attn`,
      rows.map((row) => norm(`${block}.norm1`, row)),
    );
    rows = add(
      rows,
      attended.map((row) => scale(`${block}.ls1.gamma`, row)),
    );
    const perceived = rows.map((row) =>
      linear(`${block}.mlp.fc2`, linear(`${block}.mlp.fc1`, norm(`${block}.norm2`, row)).map(activation)),
    );
    rows = add(
      rows,
      perceived.map((row) => scale(`${block}.ls2.gamma`, row)),
    );
  }
  rows = rows.map((row) => norm('norm', row));
  const only = rows.slice(prefix.length);
  const mean = rows[0]!.map((_, f) => only.reduce((sum, row) => sum + row[f]!, 0) / only.length);
  const first = linear('head', norm('fc_norm', pooling === 'avg' ? mean : rows[0]!));
  if (!numbers.has('head_dist.weight')) return first;
  const second = linear('head_dist', rows[1]!);
  return first.map((value, i) => (value + second[i]!) / 2);
}

/** GELU with the error function integrated numerically (Simpson's rule). */
export function gelu(x: number): number {
  const upper = x / Math.SQRT2;
  const steps = 400;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
    sum += weight * Math.exp(-(((upper * i) / steps) ** 2));
  }
  const erf = ((2 / Math.sqrt(Math.PI)) * sum * upper) / steps / 3;
  return (x * (1 + erf)) / 2;
}

function embedPatches(image: Float32Array, embed: (patch: number[]) => number[]): Rows {
  const { height, width, patch } = tiny;
  const result: Rows = [];
  for (let top = 0; top < height; top += patch) {
    for (let left = 0; left < width; left += patch) {
      const pixels: number[] = [];
      for (let channel = 0; channel < 3; channel++) {
        for (let y = top; y < top + patch; y++) {
          for (let x = left; x < left + patch; x++) pixels.push(image[(channel * height + y) * width + x]!);
        }
      }
      result.push(embed(pixels));
    }
  }
  return result;
}

function matrix(values: Float64Array, columns: number): Rows {
  return Array.from({ length: values.length / columns }, (_, i) =>
    Array.from(values.subarray(i * columns, (i + 1) * columns)),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, v, i) => sum + v * b[i]!, 0);
}

function add(a: Rows, b: Rows): Rows {
  return a.map((row, i) => row.map((v, j) => v + b[i]![j]!));
}

function softmax(x: number[]): number[] {
  const largest = Math.max(...x);
  const powers = x.map((v) => Math.exp(v - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((v) => v / sum);
}
