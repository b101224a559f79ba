import { UsageError } from '../errors.ts';
import type { Network } from '../opening/open-network.ts';
import { Random } from '../random.ts';
import { allMethods } from '../retrieval/all-methods.ts';
import { trueSupport } from '../retrieval/classical-methods.ts';
import { inTrainingUnits } from '../retrieval/in-training-units.ts';
import { type RetrievalArray, type RetrievalMethod, retrievalArray } from '../retrieval/retrieval-method.ts';
import type {
  FoundSource,
  ResolutionCell,
  Retrieval,
  RetrievalScore,
  SweepPoint,
} from '../retrieval/retrieval-result.ts';
import { arrayOf } from '../retrieval/unrolled-weights.ts';
import type { ComplexVector } from '../signals/complex-matrix.ts';
import { fitAmplitudes, magnitudesOf } from '../signals/estimate-sources.ts';
import {
  defaultProblems,
  drawPair,
  drawProblem,
  type HarmonicProblem,
  type ProblemSettings,
  type Range,
  requireProblems,
} from '../signals/harmonic-problem.ts';
import {
  type Estimate,
  type KnownProblem,
  knownProblem,
  scoreEstimates,
} from '../signals/score-estimates.ts';
import { mostSources } from '../signals/sensor-array.ts';
import { readSnapshots } from './read-snapshots.ts';
import { refuseIdle } from './refuse-idle.ts';
import { requireSource } from './require-source.ts';

/** How sources are looked for. */
export interface RetrieveSettings {
  /** Number of generated snapshots. Default 100 */
  readonly snapshots?: number | undefined;
  /** Signal-to-noise ratio of generated snapshots in decibels. Default 15 */
  readonly snr?: number | undefined;
  /** Seed of generated snapshots. Default 0 */
  readonly seed?: number | undefined;
  /** Least distance of generated sources in units of 1/M. Default 1.5 */
  readonly separation?: number | undefined;
  /** Number of sources: of generated snapshots from 1 up to this, default 5; of own ones exactly this, default what the network finds. */
  readonly sources?: number | undefined;
  /** Own snapshots instead of generated ones: a `.npy` file of complex numbers [N, …sensors]. */
  readonly input?: string | undefined;
  /** Whether to measure how often two equal sources are told apart, too. Default false */
  readonly resolution?: boolean | undefined;
  /** Whether to measure at ratios from 0 to 30 dB, too. Default false */
  readonly sweep?: boolean | undefined;
  /** Told of each method before its turn. */
  readonly onMethod?: ((name: string) => void) | undefined;
}

/** Snapshots that thresholds and codes are fitted on. */
const calibrationSnapshots = 128;
/** Keys of the random streams. */
const streams = { calibration: 1, snapshots: 2, pairs: 3, sweep: 4 } as const;
/** Distances of two equal sources in units of 1/M, and ratios in dB, at which resolution is measured. */
const separations = [0.5, 0.75, 1] as const;
const resolutionRatios = [5, 15] as const;
const sweepRatios = [0, 5, 10, 15, 20, 25, 30] as const;
/** Snapshots at most for each of these points, and methods that are measured there. */
const pointSnapshots = 100;
const pointMethods = [
  's-lista',
  's-lista-shrink-6',
  's-lista-greedy-8',
  'fft',
  'fista',
  'omp',
  'music',
  'esprit',
];

/**
 * Looks for the sources in snapshots of a sensor array by an unrolled network, its spiking forms and the classical methods, and scores them where
 * the sources are known.
 *
 * @throws UsageError for a network that reads no snapshots, or settings that cannot be; DataError for snapshots of another array,
 *   real numbers, or numbers that are not finite
 *
 * @example
 * ```ts
 * import { evaluation, openNetwork } from 'transpike';
 *
 * const { methods } = await evaluation.retrieveSources(await openNetwork('s-lista/'), { snapshots: 4, sources: 1 });
 * console.log(methods[0]?.name, methods.length); // s-lista 22
 * ```
 */
export async function retrieveSources(network: Network, settings: RetrieveSettings = {}): Promise<Retrieval> {
  requireSource(network);
  const array = retrievalArray(arrayOf(network.model, network.path));
  refuseBesideOwn(settings);
  const { snapshots = 100, snr = 15, seed = 0, separation = 1.5, input } = settings;
  const most = mostSources(array.sensors);
  if (settings.sources !== undefined && settings.sources > most) throw tooMany(array, settings.sources);
  const problems: ProblemSettings = {
    ...defaultProblems,
    sensors: array.sensors,
    grid: array.grid,
    sources: [1, settings.sources ?? Math.min(5, most)],
    separation,
    snr: [snr, snr],
  };
  if (input === undefined) requireProblems(problems);
  const given = input === undefined ? undefined : await readSnapshots(input, array.sensors);
  const calibration = drawAll(
    { ...problems, separation: 0.5, sources: [1, Math.min(5, most)], snr: [5, 25] },
    calibrationSnapshots,
    seed,
    streams.calibration,
  );
  const methods = await allMethods(
    array,
    network.model,
    calibration.map(({ snapshot }) => snapshot),
  );
  try {
    const facts = { network: network.name, sensors: [...array.sensors], grid: [...array.grid], seed };
    if (given) return { ...facts, ...(await retrieveGiven(array, methods, given, settings)) };
    const drawn = withTargets(array, drawAll(problems, snapshots, seed, streams.snapshots));
    const few = methods.filter(({ name }) => pointMethods.includes(name));
    const scored = await scoreAll(array, methods, drawn, settings);
    return {
      ...facts,
      snapshots,
      snr,
      separation,
      methods: scored,
      spectra: await spectraOf(methods, richest(drawn)),
      ...(settings.resolution && {
        resolution: await resolutionOf(array, few, Math.min(snapshots, pointSnapshots), seed),
      }),
      ...(settings.sweep && {
        sweep: await sweepOf(array, few, problems, Math.min(snapshots, pointSnapshots), seed),
      }),
    };
  } finally {
    for (const method of methods) await method.close?.();
  }
}

function refuseBesideOwn(settings: RetrieveSettings): void {
  if (settings.input === undefined) return;
  const because = 'beside own snapshots, which are as they are';
  refuseIdle('retrieve', settings, ['snapshots', 'snr', 'separation', 'resolution'], { because });
}

function tooMany({ sensors }: RetrievalArray, sources: number): UsageError {
  return new UsageError({
    where: `harmonic retrieval with ${sensors.join(' × ')} sensors`,
    expected: `at most ${mostSources(sensors)} sources, one for two sensors`,
    got: String(sources),
    remedy: 'Look for fewer sources',
    means: ['sources'],
  });
}

function drawAll(problems: ProblemSettings, count: number, seed: number, stream: number): HarmonicProblem[] {
  return Array.from({ length: count }, (_, i) => drawProblem(problems, new Random(seed, stream, i)));
}

function withTargets(array: RetrievalArray, problems: readonly HarmonicProblem[]): KnownProblem[] {
  return problems.map((problem) => knownProblem(array, problem));
}

async function estimateAll(
  method: RetrievalMethod,
  problems: readonly HarmonicProblem[],
  refine = true,
): Promise<Estimate[]> {
  return method.estimate(
    problems.map(({ snapshot, frequencies }) => ({ snapshot, sources: frequencies.length, refine })),
  );
}

async function scoreAll(
  array: RetrievalArray,
  methods: readonly RetrievalMethod[],
  problems: readonly KnownProblem[],
  { onMethod }: RetrieveSettings,
): Promise<RetrievalScore[]> {
  const scores: RetrievalScore[] = [];
  for (const method of [...methods, reference(array, problems)]) {
    onMethod?.(method.name);
    const score = scoreEstimates(array, problems, await estimateAll(method, problems));
    const { name, kind, summary, operations } = method;
    const { spikesPerUnit = null, energy = [] } = method.cost?.() ?? {};
    scores.push({ name, kind, summary, ...score, operations, spikesPerUnit, energy: [...energy] });
  }
  return scores;
}

function reference(array: RetrievalArray, problems: readonly KnownProblem[]): RetrievalMethod {
  const places = problems.map(({ target }) =>
    [...magnitudesOf(target).entries()].filter(([, size]) => size > 0).map(([place]) => place),
  );
  return trueSupport(array, places);
}

/** What each method says of own snapshots, whose sources nobody knows. */
async function retrieveGiven(
  array: RetrievalArray,
  methods: readonly RetrievalMethod[],
  snapshots: readonly ComplexVector[],
  { sources, onMethod }: RetrieveSettings,
): Promise<Pick<Retrieval, 'snapshots' | 'snr' | 'separation' | 'methods' | 'spectra'>> {
  // Methods that have to be told how many sources there are are told what the network found.
  let counts = snapshots.map(() => sources);
  const scaled = snapshots.map((snapshot) => inTrainingUnits(array, snapshot));
  const { scale } = scaled[0]!;
  const results: RetrievalScore[] = [];
  const spectra: Retrieval['spectra'] = [];
  for (const method of methods) {
    onMethod?.(method.name);
    const estimates = await method.estimate(
      scaled.map(({ snapshot }, i) => ({ snapshot, sources: counts[i] })),
    );
    if (sources === undefined && method.kind === 'network') {
      counts = estimates.map(({ frequencies }) => Math.max(1, frequencies.length));
    }
    const { name, kind, summary, operations } = method;
    const { spikesPerUnit = null, energy = [] } = method.cost?.() ?? {};
    const found = estimates.map((estimate, i) => foundSources(array, estimate, snapshots[i]!));
    results.push({
      name,
      kind,
      summary,
      ...unknownScore,
      operations,
      spikesPerUnit,
      energy: [...energy],
      found,
    });
    spectra.push({ name, magnitudes: [...magnitudesOf(estimates[0]!.spectrum).map((each) => each / scale)] });
  }
  return { snapshots: snapshots.length, snr: null, separation: null, methods: results, spectra };
}

const unknownScore = {
  nmse: null,
  hitRate: null,
  resolved: null,
  falsePeaks: null,
  rmse: null,
  refinedRmse: null,
  bound: null,
  rmseOverBound: null,
  refinedRmseOverBound: null,
} as const;

function foundSources(
  array: RetrievalArray,
  { frequencies, refined }: Estimate,
  snapshot: ComplexVector,
): FoundSource[] {
  if (refined.length === 0) return [];
  const { amplitudes } = fitAmplitudes(array.sensors, refined, snapshot);
  const found = refined.map(
    (frequency, k): FoundSource => ({
      frequency: [...frequency],
      unrefined: [...frequencies[k]!],
      amplitude: [amplitudes.re[k]!, amplitudes.im[k]!],
    }),
  );
  return found.sort((a, b) => a.frequency[0]! - b.frequency[0]!);
}

/** The first problem with the most sources. */
function richest(problems: readonly KnownProblem[]): KnownProblem {
  return problems.reduce((best, each) => (each.frequencies.length > best.frequencies.length ? each : best));
}

/** Spectra of one snapshot. */
async function spectraOf(
  methods: readonly RetrievalMethod[],
  problem: KnownProblem,
): Promise<Retrieval['spectra']> {
  const spectra = [{ name: 'sources', magnitudes: [...magnitudesOf(problem.target)] }];
  for (const method of methods) {
    const [estimate] = await estimateAll(method, [problem], false);
    spectra.push({ name: method.name, magnitudes: [...magnitudesOf(estimate!.spectrum)] });
  }
  return spectra;
}

async function resolutionOf(
  array: RetrievalArray,
  methods: readonly RetrievalMethod[],
  trials: number,
  seed: number,
): Promise<ResolutionCell[]> {
  const cells: ResolutionCell[] = [];
  for (const snr of resolutionRatios) {
    for (const separation of separations) {
      const drawn = Array.from({ length: trials }, (_, i) =>
        drawPair(array.sensors, separation, snr, new Random(seed, streams.pairs, i)),
      );
      const problems = withTargets(array, drawn);
      for (const method of methods) {
        const { resolved } = scoreEstimates(array, problems, await estimateAll(method, problems, false));
        cells.push({ name: method.name, snr, separation, resolved, trials });
      }
    }
  }
  return cells;
}

async function sweepOf(
  array: RetrievalArray,
  methods: readonly RetrievalMethod[],
  problems: ProblemSettings,
  count: number,
  seed: number,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const snr of sweepRatios) {
    const ratio: Range = [snr, snr];
    const drawn = withTargets(array, drawAll({ ...problems, snr: ratio }, count, seed, streams.sweep));
    for (const method of [...methods, reference(array, drawn)]) {
      const { nmse, rmse, refinedRmse, bound } = scoreEstimates(
        array,
        drawn,
        await estimateAll(method, drawn),
      );
      points.push({ name: method.name, snr, nmse, rmse, refinedRmse, bound });
    }
  }
  return points;
}
