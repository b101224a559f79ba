import { compiledModule, type WasmMemory, webAssembly } from '../web-assembly.ts';

/** Where a run of neurons reads and writes, as most kernels take it; see `NeuronRun` in neuron-kernel.ts. */
export type RunArguments = [
  means: number,
  meansStride: number,
  decoded: number,
  spikes: number,
  stride: number,
  count: number,
  steps: number,
];

/** The same for neurons that may emit several spikes in a step: `counts` are their numbers. */
export type CountingRunArguments = [
  means: number,
  meansStride: number,
  decoded: number,
  spikes: number,
  counts: number,
  stride: number,
  count: number,
  steps: number,
];

type LevelBytesArguments = [
  means: number,
  meansStride: number,
  written: number,
  stride: number,
  count: number,
  steps: number,
  threshold: number,
  deadZone: number,
  top: number,
  counters: number,
];

type PowerLadderArguments = [
  means: number,
  meansStride: number,
  written: number,
  stride: number,
  count: number,
  steps: number,
  positive: number,
  negative: number,
  deadZone: number,
  top: number,
  counters: number,
];

/**
 * The functions of kernels.wasm; their meaning and units stand in assembly/. Addresses and strides are bytes into the
 * memory the module was made with.
 */
export interface KernelModule {
  multiThreshold(
    firstStep: number,
    nearest: number,
    means: number,
    meansStride: number,
    decoded: number,
    spikes: number,
    bytes: number,
    stride: number,
    count: number,
    steps: number,
    positive: number,
    negative: number,
    deadZone: number,
    top: number,
    counters: number,
  ): void;
  levelBytesNearest(...args: LevelBytesArguments): void;
  levelBytesFloor(...args: LevelBytesArguments): void;
  powerLadderNearest(...args: PowerLadderArguments): void;
  powerLadderFloor(...args: PowerLadderArguments): void;
  multiThresholdLadder(
    ...args: [
      firstStep: number,
      boundaries: number,
      levels: number,
      length: number,
      ...run: RunArguments,
      positive: number,
      negative: number,
      deadZone: number,
      counters: number,
    ]
  ): void;
  integrateAndFire(
    ...args: [
      ...run: RunArguments,
      threshold: number,
      initialPotential: number,
      amplitude: number,
      counters: number,
    ]
  ): void;
  offsetCalibrating(
    ...args: [
      hidden: number,
      iterations: number,
      ...run: RunArguments,
      threshold: number,
      initialPotential: number,
      amplitude: number,
      counters: number,
    ]
  ): void;
  chargeAligned(...args: [...run: RunArguments, threshold: number, kappa: number, counters: number]): void;
  leakyIntegrateAndFire(
    ...args: [
      ...run: RunArguments,
      threshold: number,
      initialPotential: number,
      leak: number,
      counters: number,
    ]
  ): void;
  uniformUnits(
    ...args: [
      differential: number,
      unary: number,
      ...run: CountingRunArguments,
      positive: number,
      negative: number,
      most: number,
      counters: number,
    ]
  ): void;
  stBif(
    ...args: [...run: RunArguments, threshold: number, lowest: number, highest: number, counters: number]
  ): void;
  fewSpikes(
    ...args: [...run: CountingRunArguments, positive: number, negative: number, top: number, counters: number]
  ): void;
  fewSpikesFunction(
    ...args: [code: number, length: number, ...run: CountingRunArguments, counters: number]
  ): void;
  burst(
    ...args: [
      boundaries: number,
      levels: number,
      length: number,
      most: number,
      ...run: CountingRunArguments,
      positive: number,
      negative: number,
      counters: number,
    ]
  ): void;
  countRows(matrix: number, rows: number, columns: number, counts: number): void;
  countColumns(matrix: number, rows: number, columns: number, counts: number): void;
  accumulate(
    products: number,
    stride: number,
    row: number,
    means: number,
    meansStride: number,
    meansRow: number,
    rows: number,
    channels: number,
    steps: number,
    scales: number,
    biases: number,
  ): void;
  accumulatePlanes(
    products: number,
    stride: number,
    images: number,
    pixels: number,
    channels: number,
    steps: number,
    scales: number,
    biases: number,
    sums: number,
  ): void;
  unfold(
    levels: number,
    images: number,
    channels: number,
    height: number,
    width: number,
    windowHeight: number,
    windowWidth: number,
    strideY: number,
    strideX: number,
    top: number,
    left: number,
    outHeight: number,
    outWidth: number,
    padded: number,
    columns: number,
  ): void;
}

/** Lowest addresses, in bytes: the module's own data. What uses the memory beside it starts here. */
export const moduleBytes = 4096;

/**
 * Makes the kernels work on a memory.
 *
 * @throws RuntimeError if kernels.wasm is missing or damaged
 */
export async function loadKernels(memory: WasmMemory): Promise<KernelModule> {
  const { exports } = await webAssembly.instantiate(compiledModule('kernels'), { env: { memory } });
  return exports as unknown as KernelModule;
}
