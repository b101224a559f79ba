import { addClassifiers } from './classifiers.ts';
import { addContinuousPositions, type ContinuousPositions } from './continuous-positions.ts';
import { inputName } from './define-architecture.ts';
import { addLinear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addPatchGrid } from './patch-tokens.ts';
import type { Report } from './problem-line.ts';
import { addRelativePositions, type RelativePositions } from './relative-positions.ts';
import { addTransformerBlock, type TransformerBlock } from './transformer-block.ts';
import { addGrid, addWindowMask, addWindows, type Windows } from './windows.ts';

/**
 * A Swin Transformer, whoever named its tensors: attention inside windows, which every second block shifts.
 *
 * Liu et al.: Swin Transformer: Hierarchical Vision Transformer using Shifted Windows, ICCV 2021, arXiv:2103.14030.
 */
export interface Swin {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  readonly patchSize: readonly [number, number];
  readonly patches: string;
  readonly patchNorm: Norm | undefined;
  readonly stages: readonly SwinStage[];
  readonly lastNorm: Norm;
  /** Path of the classifier; `undefined`: none, the mean of the tokens is the output. */
  readonly classifier: string | undefined;
  readonly classes: number;
}

/** Blocks of one resolution. */
export interface SwinStage {
  readonly width: number;
  /** What halves the resolution before the blocks; `undefined`: nothing. */
  readonly merging: PatchMerging | undefined;
  readonly blocks: readonly SwinBlock[];
}

/** Four neighbours become one token: reduction(norm(neighbours)), or norm(reduction(neighbours)). */
export interface PatchMerging {
  readonly reduction: string;
  readonly norm: Norm;
  readonly normFirst: boolean;
}

/** A Transformer block in windows of a grid. */
export interface SwinBlock {
  readonly block: TransformerBlock;
  readonly windows: Windows;
  readonly positions: RelativePositions | ContinuousPositions;
}

/** Windows of the blocks of a stage: as large as the grid at most, and shifted by half in every second block of a larger grid. */
export function stageWindows(
  grid: readonly [number, number],
  window: readonly [number, number],
  depth: number,
  report: Report,
): Windows[] {
  const size = [Math.min(window[0], grid[0]), Math.min(window[1], grid[1])] as const;
  if (grid[0] % size[0] !== 0 || grid[1] % size[1] !== 0) {
    report({
      where: "'window_size'",
      expected: `windows that tile ${grid.join('×')} tokens`,
      got: size.join('×'),
      remedy: 'A network whose windows are padded comes in as ONNX',
    });
  }
  const half = ([0, 1] as const).map((axis) => (grid[axis] <= window[axis] ? 0 : Math.floor(size[axis] / 2)));
  return Array.from({ length: depth }, (_, i) => ({
    grid,
    window: size,
    shift: i % 2 === 0 ? [0, 0] : [half[0]!, half[1]!],
  }));
}

/** Appends a Swin Transformer. */
export function buildSwin(swin: Swin, net: NetworkBuilder): void {
  const { channels, patchSize, patches, stages, lastNorm, classifier, classes } = swin;
  const embedding = { path: patches, bias: true, channels, patchSize, width: stages[0]!.width };
  const planes = addPatchGrid(net, embedding, inputName);
  let grid = net.op('Transpose', [planes], { perm: [0, 2, 3, 1] }, { name: `${patches}.grid` });
  grid = addNorm(net, swin.patchNorm, embedding.width, grid);
  for (const stage of stages) grid = addStage(net, stage, grid);
  const width = stages.at(-1)!.width;
  const normed = addNorm(net, lastNorm, width, grid);
  const pooled = net.op('ReduceMean', [normed], { axes: [1, 2], keepdims: 0 }, { name: 'pool' });
  const paths = classifier === undefined ? [] : [{ path: classifier, bias: true }];
  addClassifiers(net, paths, [width, classes], () => pooled);
}

function addStage(net: NetworkBuilder, { width, merging, blocks }: SwinStage, input: string): string {
  let grid = merging ? addMerging(net, merging, width, blocks[0]!.windows.grid, input) : input;
  for (const block of blocks) grid = addSwinBlock(net, block, width, grid);
  return grid;
}

/** The whole block works on windows: what it does outside of its attention, it does to each token alone. */
function addSwinBlock(
  net: NetworkBuilder,
  { block, windows, positions }: SwinBlock,
  width: number,
  input: string,
): string {
  const { path, attention } = block;
  const bias =
    'table' in positions
      ? addRelativePositions(net, positions, attention.heads)
      : addContinuousPositions(net, positions, attention.heads);
  const mask = addWindowMask(net, path, windows);
  const masked = mask ? net.op('Add', [bias, mask], {}, { name: `${path}.masked` }) : bias;
  const cut = addWindows(net, path, windows, width, input);
  const made = addTransformerBlock(net, block, cut, { bias: masked, leading: 2 });
  return addGrid(net, path, windows, width, made);
}

/** [batch, 2 · down, 2 · across, width / 2] → [batch, down, across, width]; column by column of the four neighbours. */
function addMerging(
  net: NetworkBuilder,
  { reduction, norm, normFirst }: PatchMerging,
  width: number,
  [down, across]: readonly [number, number],
  input: string,
): string {
  const reshaped = (part: string, shape: number[], value: string) =>
    net.op(
      'Reshape',
      [value, net.integers(`${reduction}.${part}.shape`, shape)],
      {},
      { name: `${reduction}.${part}` },
    );
  const parts = reshaped('pairs', [0, down, 2, across, 2, width / 2], input);
  const ordered = net.op(
    'Transpose',
    [parts],
    { perm: [0, 1, 3, 4, 2, 5] },
    { name: `${reduction}.ordered` },
  );
  const neighbours = reshaped('neighbours', [0, down, across, 2 * width], ordered);
  const reduce = (value: string) =>
    addLinear(net, { path: reduction, bias: false }, [2 * width, width], value);
  return normFirst
    ? reduce(addNorm(net, norm, 2 * width, neighbours))
    : addNorm(net, norm, width, reduce(neighbours));
}
