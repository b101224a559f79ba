// The networks of the benchmarks: shapes of well-known ones, random weights.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type FloatTensor,
  Graph,
  GraphBuilder,
  Model,
  openCheckpoint,
  sizeOf,
  Tensor,
  writeSafetensors,
} from '#internals';

/** The shape of a Vision Transformer. */
interface Vit {
  readonly kind: 'vit';
  readonly dim: number;
  readonly heads: number;
  readonly depth: number;
  readonly input: readonly number[];
}

type Shape = Vit | { readonly kind: 'cnn' | 'bundled' | 'resnet' | 'vgg'; readonly input: readonly number[] };

/** The shape of a Vision Transformer for pictures of 224 × 224. */
export function vit(dim: number, heads: number, depth = 12): Vit {
  return { kind: 'vit', dim, heads, depth, input: [3, 224, 224] };
}

/** Shapes by name. */
export const networks = {
  'deit-tiny': vit(192, 3),
  'vit-small': vit(384, 6),
  cnn: { kind: 'cnn', input: [3, 32, 32] },
  'glyphs-cnn': { kind: 'bundled', input: [1, 32, 32] },
  'resnet20-rate': { kind: 'resnet', input: [3, 32, 32] },
  'vgg-rate': { kind: 'vgg', input: [3, 32, 32] },
} as const satisfies Record<string, Shape>;

/** Method by which a network is converted. */
export function methodOf(name: NetworkName): 'ecmt' | 'rate' {
  return name.endsWith('-rate') ? 'rate' : 'ecmt';
}

/** Name of a network. */
export type NetworkName = keyof typeof networks;

/** Opens a network; a Transformer's weights are written to `folder` and stay there. */
export async function openNetwork(name: NetworkName, folder: string): Promise<Model> {
  const shape: Shape = networks[name];
  if (shape.kind === 'vit') return openVit(name, shape, join(folder, name));
  if (shape.kind === 'cnn') return buildCnn(shape.input);
  if (shape.kind === 'resnet') return buildResnet20(shape.input);
  if (shape.kind === 'vgg') return buildVgg(shape.input);
  return (await openCheckpoint(fileURLToPath(new URL(`../models/${name}`, import.meta.url)))).model;
}

/** Writes a Transformer of any shape to `checkpoint` and opens it. */
export async function openVit(architecture: string, shape: Vit, checkpoint: string): Promise<Model> {
  mkdirSync(checkpoint, { recursive: true });
  writeFileSync(
    join(checkpoint, 'config.json'),
    JSON.stringify({ architecture, num_heads: shape.heads, image_size: 224, patch_size: 16 }),
  );
  await writeSafetensors(join(checkpoint, 'model.safetensors'), vitWeights(shape));
  return (await openCheckpoint(checkpoint)).model;
}

/** Random numbers that are the same every time, in ±`scale`. */
export function randomNumbers(count: number, scale: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
}

/** A batch of random images. */
export function randomImages(name: NetworkName, batch: number): FloatTensor {
  const shape = [batch, ...networks[name].input];
  return { shape, data: randomNumbers(sizeOf(shape), 2, 7) };
}

function vitWeights({ dim, depth }: Vit): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, ...shape: number[]) => {
    const fanIn = sizeOf(shape.slice(1));
    const scale = Math.sqrt(3 / fanIn);
    tensors.set(name, Tensor.float32(shape, randomNumbers(sizeOf(shape), scale, tensors.size + 1)));
  };
  const constant = (name: string, value: number) =>
    tensors.set(name, Tensor.float32([dim], new Float32Array(dim).fill(value)));
  const linear = (path: string, out: number, into: number) => {
    add(`${path}.weight`, out, into);
    tensors.set(`${path}.bias`, Tensor.float32([out], randomNumbers(out, 0.1, tensors.size + 1)));
  };
  const norm = (path: string) => {
    constant(`${path}.weight`, 1);
    constant(`${path}.bias`, 0);
  };
  add('patch_embed.proj.weight', dim, 3, 16, 16);
  tensors.set('patch_embed.proj.bias', Tensor.float32([dim], new Float32Array(dim)));
  add('cls_token', 1, 1, dim);
  add('pos_embed', 1, 197, dim);
  for (let i = 0; i < depth; i++) {
    norm(`blocks.${i}.norm1`);
    linear(`blocks.${i}.attn.qkv`, 3 * dim, dim);
    linear(`blocks.${i}.attn.proj`, dim, dim);
    norm(`blocks.${i}.norm2`);
    linear(`blocks.${i}.mlp.fc1`, 4 * dim, dim);
    linear(`blocks.${i}.mlp.fc2`, dim, 4 * dim);
  }
  norm('norm');
  linear('head', 1000, dim);
  return tensors;
}

/** A network of convolutions with random weights, and a classifier behind the mean of what they give. */
function buildConvolutional(
  name: string,
  input: readonly number[],
  body: (convolve: Convolve, build: GraphBuilder) => { readonly value: string; readonly channels: number },
): Model {
  const graph = new Graph(name);
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...input] });
  let i = 0;
  const convolve: Convolve = (from, into, out, stride) => {
    i++;
    const weight = randomNumbers(out * into * 9, Math.sqrt(6 / (into * 9)), i);
    return build.op(
      'Conv',
      [
        from,
        build.constant(`conv${i}.weight`, Tensor.float32([out, into, 3, 3], weight)),
        build.constant(`conv${i}.bias`, Tensor.float32([out], randomNumbers(out, 0.1, i))),
      ],
      { pads: [1, 1, 1, 1], strides: [stride, stride] },
      { name: `conv${i}` },
    );
  };
  const { value, channels } = body(convolve, build);
  const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [value])], { axis: 1 });
  const head = build.constant(
    'head.weight',
    Tensor.float32([10, channels], randomNumbers(10 * channels, 0.15, 99)),
  );
  const bias = build.constant('head.bias', Tensor.float32([10], new Float32Array(10)));
  build.op('Gemm', [pooled, head, bias], { transB: 1 }, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 10] });
  return new Model(graph, 17);
}

/** A 3×3 convolution of one value. */
type Convolve = (from: string, into: number, out: number, stride: number) => string;

/** Nineteen convolutions in nine residual blocks; shortcuts take every other place and fill up channels. */
function buildResnet20(input: readonly number[]): Model {
  return buildConvolutional('resnet20', input, (convolve, build) => {
    const relu = (value: string) => build.op('Relu', [value]);
    let x = relu(convolve('x', 3, 16, 1));
    for (const [stage, channels] of [16, 32, 64].entries()) {
      for (let block = 0; block < 3; block++) {
        const narrows = stage > 0 && block === 0;
        const inner = relu(convolve(x, narrows ? channels / 2 : channels, channels, narrows ? 2 : 1));
        const shortcut = narrows ? narrowed(build, x, channels) : x;
        x = relu(build.op('Add', [convolve(inner, channels, channels, 1), shortcut]));
      }
    }
    return { value: x, channels: 64 };
  });
}

function narrowed(build: GraphBuilder, x: string, channels: number): string {
  const places = [
    [0, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2, 3],
    [2, 2],
  ] as const;
  const every = build.op('Slice', [x, ...places.map((numbers) => build.integers('places', numbers))]);
  const quarter = channels / 4;
  return build.op('Pad', [every, build.integers('pads', [0, quarter, 0, 0, 0, quarter, 0, 0])]);
}

/** Eight convolutions one behind the other. */
function buildVgg(input: readonly number[]): Model {
  return buildConvolutional('vgg', input, (convolve, build) => {
    const layers = [
      [32, 1],
      [32, 1],
      [64, 2],
      [64, 1],
      [128, 2],
      [128, 1],
      [256, 2],
      [256, 1],
    ] as const;
    let [value, channels] = ['x', input[0] ?? 3];
    for (const [out, stride] of layers) {
      value = build.op('Relu', [convolve(value, channels, out, stride)]);
      channels = out;
    }
    return { value, channels };
  });
}

/** Eight convolutions with ReLU, three of them with stride 2, two residual sums, a classifier. */
function buildCnn(input: readonly number[]): Model {
  const graph = new Graph('cnn');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...input] });
  const convolve = (from: string, into: number, out: number, stride: number, i: number) => {
    const weight = randomNumbers(out * into * 9, Math.sqrt(6 / (into * 9)), i);
    return build.op(
      'Conv',
      [
        from,
        build.constant(`conv${i}.weight`, Tensor.float32([out, into, 3, 3], weight)),
        build.constant(`conv${i}.bias`, Tensor.float32([out], randomNumbers(out, 0.1, i))),
      ],
      { pads: [1, 1, 1, 1], strides: [stride, stride] },
      { name: `conv${i}` },
    );
  };
  const relu = (value: string) => build.op('Relu', [value]);
  let x = relu(convolve('x', 3, 32, 1, 1));
  x = relu(build.op('Add', [convolve(relu(convolve(x, 32, 32, 1, 2)), 32, 32, 1, 3), x]));
  x = relu(convolve(x, 32, 64, 2, 4));
  x = relu(build.op('Add', [convolve(relu(convolve(x, 64, 64, 1, 5)), 64, 64, 1, 6), x]));
  x = relu(convolve(x, 64, 128, 2, 7));
  x = relu(convolve(x, 128, 128, 2, 8));
  const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [x])], { axis: 1 });
  const head = build.constant('head.weight', Tensor.float32([10, 128], randomNumbers(1280, 0.15, 9)));
  const bias = build.constant('head.bias', Tensor.float32([10], new Float32Array(10)));
  build.op('Gemm', [pooled, head, bias], { transB: 1 }, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 10] });
  return new Model(graph, 17);
}
