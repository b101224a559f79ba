// Made by scripts/build-kernels.mjs from assembly/, where the meaning and units stand. Do not edit.
import type { RecordWriter } from './record-writer.ts';

/** The functions of the module. Addresses and strides are in bytes. */
export interface KernelExports {
  accumulate(work: number): void;
  accumulatePlanes(work: number): void;
  burst(run: number): void;
  chargeAligned(run: number): void;
  countColumns(matrix: number, rows: number, columns: number, counts: number): void;
  countRows(matrix: number, rows: number, columns: number, counts: number): void;
  expandEvents(work: number): void;
  planesToRows(from: number, channels: number, places: number, to: number, row: number): void;
  fewSpikes(run: number): void;
  fewSpikesFunction(run: number): void;
  fireEvents(work: number): void;
  integrateAndFire(run: number): void;
  integrateEvents(work: number): void;
  integrateIntegerEvents(work: number): void;
  currentBased(run: number): void;
  leakyIntegrateAndFire(run: number): void;
  offsetCalibrating(run: number): void;
  multiThreshold(run: number): void;
  spikeOnce(run: number): void;
  stBif(run: number): void;
  unfold(work: number): void;
  sweepEvents(work: number): void;
  sweepIntegerEvents(work: number): void;
  uniformUnits(run: number): void;
}

/** How many parameters each of them has. */
export const parameterCounts: { readonly [F in keyof KernelExports]: number } = {
  accumulate: 1,
  accumulatePlanes: 1,
  burst: 1,
  chargeAligned: 1,
  countColumns: 4,
  countRows: 4,
  expandEvents: 1,
  planesToRows: 5,
  fewSpikes: 1,
  fewSpikesFunction: 1,
  fireEvents: 1,
  integrateAndFire: 1,
  integrateEvents: 1,
  integrateIntegerEvents: 1,
  currentBased: 1,
  leakyIntegrateAndFire: 1,
  offsetCalibrating: 1,
  multiThreshold: 1,
  spikeOnce: 1,
  stBif: 1,
  unfold: 1,
  sweepEvents: 1,
  sweepIntegerEvents: 1,
  uniformUnits: 1,
};

/** Where the module's own data ends. */
export const dataBytes = 9248;

/** Bytes of the largest record. */
export const recordBytes = 256;

export interface NeuronRunFields {
  readonly means: number;
  readonly meansStride: number;
  readonly decoded: number;
  readonly spikes: number;
  readonly counts: number;
  readonly bytes: number;
  readonly stride: number;
  readonly count: number;
  readonly steps: number;
  readonly counters: number;
  readonly state: number;
  readonly elapsed: number;
}

export function writeNeuronRun(to: RecordWriter, from: NeuronRunFields): void {
  to.whole(0, from.means);
  to.whole(4, from.meansStride);
  to.whole(8, from.decoded);
  to.whole(12, from.spikes);
  to.whole(16, from.counts);
  to.whole(20, from.bytes);
  to.whole(24, from.stride);
  to.whole(28, from.count);
  to.whole(32, from.steps);
  to.whole(36, from.counters);
  to.whole(40, from.state);
  to.whole(44, from.elapsed);
}

interface AccumulateFields {
  readonly products: number;
  readonly stride: number;
  readonly row: number;
  readonly means: number;
  readonly meansStride: number;
  readonly meansRow: number;
  readonly rows: number;
  readonly channels: number;
  readonly steps: number;
  readonly scales: number;
  readonly biases: number;
}

function writeAccumulate(to: RecordWriter, from: AccumulateFields): void {
  to.whole(0, from.products);
  to.whole(4, from.stride);
  to.whole(8, from.row);
  to.whole(12, from.means);
  to.whole(16, from.meansStride);
  to.whole(20, from.meansRow);
  to.whole(24, from.rows);
  to.whole(28, from.channels);
  to.whole(32, from.steps);
  to.whole(36, from.scales);
  to.whole(40, from.biases);
}

interface AccumulatePlanesFields {
  readonly products: number;
  readonly stride: number;
  readonly images: number;
  readonly pixels: number;
  readonly channels: number;
  readonly steps: number;
  readonly scales: number;
  readonly biases: number;
  readonly sums: number;
}

function writeAccumulatePlanes(to: RecordWriter, from: AccumulatePlanesFields): void {
  to.whole(0, from.products);
  to.whole(4, from.stride);
  to.whole(8, from.images);
  to.whole(12, from.pixels);
  to.whole(16, from.channels);
  to.whole(20, from.steps);
  to.whole(24, from.scales);
  to.whole(28, from.biases);
  to.whole(32, from.sums);
}

interface BurstFields {
  readonly boundaries: readonly number[];
  readonly levels: readonly number[];
  readonly length: number;
  readonly most: number;
  readonly thresholdPositive: number;
  readonly thresholdNegative: number;
}

function writeBurst(to: RecordWriter, from: BurstFields): void {
  to.floats(80, from.boundaries);
  to.floats(84, from.levels);
  to.whole(88, from.length);
  to.whole(92, from.most);
  to.number(96, from.thresholdPositive);
  to.number(100, from.thresholdNegative);
}

interface ChargeAlignedFields {
  readonly threshold: number;
  readonly kappa: number;
  readonly most: number;
  readonly extra: number;
}

function writeChargeAligned(to: RecordWriter, from: ChargeAlignedFields): void {
  to.number(80, from.threshold);
  to.number(84, from.kappa);
  to.number(88, from.most);
  to.number(92, from.extra);
}

interface ExpandEventsFields {
  readonly events: number;
  readonly eventStride: number;
  readonly pixel: number;
  readonly places: number;
  readonly channels: number;
  readonly steps: number;
  readonly amplitudes: number;
  readonly emitted: number;
  readonly decoded: number;
  readonly spikes: number;
  readonly stride: number;
}

function writeExpandEvents(to: RecordWriter, from: ExpandEventsFields): void {
  to.whole(0, from.events);
  to.whole(4, from.eventStride);
  to.whole(8, from.pixel);
  to.whole(12, from.places);
  to.whole(16, from.channels);
  to.whole(20, from.steps);
  to.whole(24, from.amplitudes);
  to.whole(28, from.emitted);
  to.whole(32, from.decoded);
  to.whole(36, from.spikes);
  to.whole(40, from.stride);
}

interface FewSpikesFields {
  readonly top: number;
  readonly offset: number;
  readonly strict: number;
  readonly thresholdPositive: number;
  readonly thresholdNegative: number;
}

function writeFewSpikes(to: RecordWriter, from: FewSpikesFields): void {
  to.number(80, from.top);
  to.number(84, from.offset);
  to.whole(88, from.strict);
  to.number(92, from.thresholdPositive);
  to.number(96, from.thresholdNegative);
}

interface FewSpikesFunctionFields {
  readonly thresholds: readonly number[];
  readonly resets: readonly number[];
  readonly worths: readonly number[];
  readonly length: number;
}

function writeFewSpikesFunction(to: RecordWriter, from: FewSpikesFunctionFields): void {
  to.floats(80, from.thresholds);
  to.floats(84, from.resets);
  to.floats(88, from.worths);
  to.whole(92, from.length);
}

interface FireEventsFields {
  readonly potentials: number;
  readonly sums: number;
  readonly places: number;
  readonly groups: number;
  readonly scales: number;
  readonly biases: number;
  readonly thresholds: number;
  readonly currents: number;
  readonly shortcut: number;
  readonly amplitudes: number;
  readonly spikes: number;
  readonly pixel: number;
  readonly counter: number;
}

function writeFireEvents(to: RecordWriter, from: FireEventsFields): void {
  to.whole(0, from.potentials);
  to.whole(4, from.sums);
  to.whole(8, from.places);
  to.whole(12, from.groups);
  to.whole(16, from.scales);
  to.whole(20, from.biases);
  to.whole(24, from.thresholds);
  to.whole(28, from.currents);
  to.whole(32, from.shortcut);
  to.whole(36, from.amplitudes);
  to.whole(40, from.spikes);
  to.whole(44, from.pixel);
  to.whole(48, from.counter);
}

interface IntegrateAndFireFields {
  readonly threshold: number;
  readonly initialPotential: number;
  readonly amplitude: number;
}

function writeIntegrateAndFire(to: RecordWriter, from: IntegrateAndFireFields): void {
  to.number(80, from.threshold);
  to.number(84, from.initialPotential);
  to.number(88, from.amplitude);
}

interface IntegrateEventsFields {
  readonly spikes: number;
  readonly pixel: number;
  readonly firstWord: number;
  readonly endWord: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly row: number;
  readonly weights: number;
  readonly sums: number;
}

function writeIntegrateEvents(to: RecordWriter, from: IntegrateEventsFields): void {
  to.whole(0, from.spikes);
  to.whole(4, from.pixel);
  to.whole(8, from.firstWord);
  to.whole(12, from.endWord);
  to.whole(16, from.channels);
  to.whole(20, from.height);
  to.whole(24, from.width);
  to.whole(28, from.windowHeight);
  to.whole(32, from.windowWidth);
  to.whole(36, from.strideY);
  to.whole(40, from.strideX);
  to.whole(44, from.top);
  to.whole(48, from.left);
  to.whole(52, from.outHeight);
  to.whole(56, from.outWidth);
  to.whole(60, from.row);
  to.whole(64, from.weights);
  to.whole(68, from.sums);
}

interface CurrentBasedFields {
  readonly threshold: number;
  readonly resetPotential: number;
  readonly initialPotential: number;
  readonly leak: number;
  readonly synapticLeak: number;
  readonly gain: number;
  readonly drive: number;
  readonly amplitude: number;
  readonly subtracts: number;
}

function writeCurrentBased(to: RecordWriter, from: CurrentBasedFields): void {
  to.number(80, from.threshold);
  to.number(84, from.resetPotential);
  to.number(88, from.initialPotential);
  to.number(92, from.leak);
  to.number(96, from.synapticLeak);
  to.number(100, from.gain);
  to.number(104, from.drive);
  to.number(108, from.amplitude);
  to.whole(112, from.subtracts);
}

interface LeakyIntegrateAndFireFields {
  readonly threshold: number;
  readonly initialPotential: number;
  readonly leak: number;
  readonly amplitude: number;
  readonly exceeding: number;
  readonly delayed: number;
}

function writeLeakyIntegrateAndFire(to: RecordWriter, from: LeakyIntegrateAndFireFields): void {
  to.number(80, from.threshold);
  to.number(84, from.initialPotential);
  to.number(88, from.leak);
  to.number(92, from.amplitude);
  to.whole(96, from.exceeding);
  to.whole(100, from.delayed);
}

interface OffsetCalibratingFields {
  readonly hidden: number;
  readonly iterations: number;
  readonly judgesFirst: number;
  readonly threshold: number;
  readonly initialPotential: number;
  readonly amplitude: number;
}

function writeOffsetCalibrating(to: RecordWriter, from: OffsetCalibratingFields): void {
  to.whole(80, from.hidden);
  to.whole(84, from.iterations);
  to.whole(88, from.judgesFirst);
  to.number(92, from.threshold);
  to.number(96, from.initialPotential);
  to.number(100, from.amplitude);
}

interface MultiThresholdFields {
  readonly rule: number;
  readonly firstStep: number;
  readonly boundaries: readonly number[];
  readonly levels: readonly number[];
  readonly length: number;
  readonly thresholdPositive: number;
  readonly thresholdNegative: number;
  readonly deadZone: number;
  readonly top: number;
}

function writeMultiThreshold(to: RecordWriter, from: MultiThresholdFields): void {
  to.whole(80, from.rule);
  to.whole(84, from.firstStep);
  to.floats(88, from.boundaries);
  to.floats(92, from.levels);
  to.whole(96, from.length);
  to.number(100, from.thresholdPositive);
  to.number(104, from.thresholdNegative);
  to.number(108, from.deadZone);
  to.number(112, from.top);
}

interface SpikeOnceFields {
  readonly window: number;
  readonly offset: number;
  readonly slotShare: number;
  readonly code: number;
  readonly worths: readonly number[];
  readonly bounds: readonly number[];
  readonly lastBounds: readonly number[];
  readonly most: number;
}

function writeSpikeOnce(to: RecordWriter, from: SpikeOnceFields): void {
  to.number(80, from.window);
  to.number(84, from.offset);
  to.number(88, from.slotShare);
  to.whole(92, from.code);
  to.floats(96, from.worths);
  to.floats(100, from.bounds);
  to.floats(104, from.lastBounds);
  to.whole(108, from.most);
}

interface StBifFields {
  readonly threshold: number;
  readonly lowest: number;
  readonly highest: number;
}

function writeStBif(to: RecordWriter, from: StBifFields): void {
  to.number(80, from.threshold);
  to.number(84, from.lowest);
  to.number(88, from.highest);
}

interface UnfoldFields {
  readonly levels: number;
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly padded: number;
  readonly columns: number;
}

function writeUnfold(to: RecordWriter, from: UnfoldFields): void {
  to.whole(0, from.levels);
  to.whole(4, from.images);
  to.whole(8, from.channels);
  to.whole(12, from.height);
  to.whole(16, from.width);
  to.whole(20, from.windowHeight);
  to.whole(24, from.windowWidth);
  to.whole(28, from.strideY);
  to.whole(32, from.strideX);
  to.whole(36, from.top);
  to.whole(40, from.left);
  to.whole(44, from.outHeight);
  to.whole(48, from.outWidth);
  to.whole(52, from.padded);
  to.whole(56, from.columns);
}

interface SweepEventsFields {
  readonly spikes: number;
  readonly pixel: number;
  readonly firstWord: number;
  readonly endWord: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly row: number;
  readonly weights: number;
  readonly sums: number;
  readonly lists: number;
}

function writeSweepEvents(to: RecordWriter, from: SweepEventsFields): void {
  to.whole(0, from.spikes);
  to.whole(4, from.pixel);
  to.whole(8, from.firstWord);
  to.whole(12, from.endWord);
  to.whole(16, from.channels);
  to.whole(20, from.height);
  to.whole(24, from.width);
  to.whole(28, from.windowHeight);
  to.whole(32, from.windowWidth);
  to.whole(36, from.strideY);
  to.whole(40, from.strideX);
  to.whole(44, from.top);
  to.whole(48, from.left);
  to.whole(52, from.outHeight);
  to.whole(56, from.outWidth);
  to.whole(60, from.row);
  to.whole(64, from.weights);
  to.whole(68, from.sums);
  to.whole(72, from.lists);
}

interface UniformUnitsFields {
  readonly differential: number;
  readonly thresholdPositive: number;
  readonly thresholdNegative: number;
  readonly units: number;
  readonly mostSpikes: number;
}

function writeUniformUnits(to: RecordWriter, from: UniformUnitsFields): void {
  to.whole(80, from.differential);
  to.number(84, from.thresholdPositive);
  to.number(88, from.thresholdNegative);
  to.number(92, from.units);
  to.number(96, from.mostSpikes);
}

/** What the kernels of neurons are told, by the name of the function. */
export interface NeuronRecords {
  readonly burst: BurstFields;
  readonly chargeAligned: ChargeAlignedFields;
  readonly fewSpikes: FewSpikesFields;
  readonly fewSpikesFunction: FewSpikesFunctionFields;
  readonly integrateAndFire: IntegrateAndFireFields;
  readonly currentBased: CurrentBasedFields;
  readonly leakyIntegrateAndFire: LeakyIntegrateAndFireFields;
  readonly offsetCalibrating: OffsetCalibratingFields;
  readonly multiThreshold: MultiThresholdFields;
  readonly spikeOnce: SpikeOnceFields;
  readonly stBif: StBifFields;
  readonly uniformUnits: UniformUnitsFields;
}

export const neuronWriters: { readonly [F in keyof NeuronRecords]: (to: RecordWriter, from: NeuronRecords[F]) => void } = {
  burst: writeBurst,
  chargeAligned: writeChargeAligned,
  fewSpikes: writeFewSpikes,
  fewSpikesFunction: writeFewSpikesFunction,
  integrateAndFire: writeIntegrateAndFire,
  currentBased: writeCurrentBased,
  leakyIntegrateAndFire: writeLeakyIntegrateAndFire,
  offsetCalibrating: writeOffsetCalibrating,
  multiThreshold: writeMultiThreshold,
  spikeOnce: writeSpikeOnce,
  stBif: writeStBif,
  uniformUnits: writeUniformUnits,
};

/** What other functions are told, by the name of the function. */
export interface CallRecords {
  readonly accumulate: AccumulateFields;
  readonly accumulatePlanes: AccumulatePlanesFields;
  readonly expandEvents: ExpandEventsFields;
  readonly fireEvents: FireEventsFields;
  readonly integrateEvents: IntegrateEventsFields;
  readonly integrateIntegerEvents: IntegrateEventsFields;
  readonly unfold: UnfoldFields;
  readonly sweepEvents: SweepEventsFields;
  readonly sweepIntegerEvents: SweepEventsFields;
}

export const callWriters: { readonly [F in keyof CallRecords]: (to: RecordWriter, from: CallRecords[F]) => void } = {
  accumulate: writeAccumulate,
  accumulatePlanes: writeAccumulatePlanes,
  expandEvents: writeExpandEvents,
  fireEvents: writeFireEvents,
  integrateEvents: writeIntegrateEvents,
  integrateIntegerEvents: writeIntegrateEvents,
  unfold: writeUnfold,
  sweepEvents: writeSweepEvents,
  sweepIntegerEvents: writeSweepEvents,
};
