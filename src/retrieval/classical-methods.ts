import { complexZeros } from '../signals/complex-matrix.ts';
import { findPeaks, fitAmplitudes, fourierSpectrum, magnitudesOf } from '../signals/estimate-sources.ts';
import { gridAmplitudes } from '../signals/harmonic-problem.ts';
import { fista, ista } from '../signals/iterative-shrinkage.ts';
import { matchingPursuit } from '../signals/matching-pursuit.ts';
import type { Estimate } from '../signals/score-estimates.ts';
import { frequencyAt, type PerAxis } from '../signals/sensor-array.ts';
import { esprit, musicSpectrum, rootMusic, type SubspaceSettings } from '../signals/subspace.ts';
import {
  estimateOf,
  type Observed,
  type RetrievalArray,
  type RetrievalMethod,
  refined,
} from './retrieval-method.ts';

/** θ of iterative shrinkage, λ over ‖A‖², where sources have amplitudes of 0.5 to 1. */
const shrinkage = 0.1;
/** Share of a line of sensors that a subarray has. */
const subarrayShare = 0.625;
/** Sensors up to which root-MUSIC is shown: it takes the eigenvalues of a matrix of twice as many rows as its polynomial has roots. */
const rootSensors = 24;
/** Points of MUSIC's spectrum for one of the grid. */
const musicPoints = 8;

/**
 * The classical rivals of an array: zero-padded FFT, ISTA, FISTA and matching pursuit, and for a line of sensors MUSIC and ESPRIT with
 * forward-backward smoothing of the one snapshot. All but ISTA and FISTA are told the number of sources.
 */
export function classicalMethods(array: RetrievalArray): RetrievalMethod[] {
  const { matrix, grid } = array;
  const [m, n] = [matrix.rows, matrix.columns];
  const iterated = (solve: typeof ista, iterations: number) => (each: Observed) => {
    const settings = { lambda: shrinkage * n, step: 1 / n, iterations };
    return estimateOf(array, solve(matrix, each.snapshot, settings), each);
  };
  const everywhere = [
    method('fft', 'the largest peaks of the zero-padded Fourier transform', 2 * n * Math.log2(n), (each) =>
      fourierEstimate(array, each),
    ),
    method('ista-10', 'ten iterations of ISTA', 10 * 8 * m * n, iterated(ista, 10)),
    method('fista-10', 'ten iterations of FISTA', 10 * 8 * m * n, iterated(fista, 10)),
    method('fista', 'a hundred iterations of FISTA', 100 * 8 * m * n, iterated(fista, 100)),
    method('omp', 'orthogonal matching pursuit', 3 * 4 * m * n, (each) => {
      const { support, x } = matchingPursuit(matrix, each.snapshot, each.sources ?? 1);
      const found = support.map((place) => frequencyAt(grid, place));
      return { spectrum: x, ...refined(array, found, each) };
    }),
  ];
  return array.sensors.length === 1 ? [...everywhere, ...subspaceMethods(array)] : everywhere;
}

function subspaceMethods(array: RetrievalArray): RetrievalMethod[] {
  const [sensors = 0] = array.sensors;
  const [points = 0] = array.grid;
  const subarray = Math.ceil(subarrayShare * sensors);
  const settings = ({ sources = 1 }: Observed): SubspaceSettings => ({ sources, subarray });
  // Covariance, and the eigenvectors of its real form.
  const work = 4 * subarray ** 2 * (sensors - subarray + 1) + 9 * (2 * subarray) ** 3;
  const fine = Array.from({ length: musicPoints * points }, (_, i) => -0.5 + i / (musicPoints * points));
  const byRoots = method('root-music', 'root-MUSIC with forward-backward smoothing', work, (each) =>
    gridEstimate(
      array,
      each,
      rootMusic(each.snapshot, settings(each)).map((f) => [f]),
    ),
  );
  return [
    ...(sensors <= rootSensors ? [byRoots] : []),
    method(
      'music',
      'MUSIC with forward-backward smoothing',
      work + 4 * 3 * subarray * fine.length,
      (each) => {
        const spectrum = musicSpectrum(each.snapshot, settings(each), fine);
        // Its peaks are sharp: a parabola fits their inverse square roots better than them.
        const sources = each.sources ?? 1;
        const peaks = findPeaks(spectrum.map(Math.log1p), [fine.length], { floor: 0, sources });
        return gridEstimate(
          array,
          each,
          peaks.map(({ frequency }) => frequency),
        );
      },
    ),
    method('esprit', 'ESPRIT with forward-backward smoothing', work, (each) =>
      gridEstimate(
        array,
        each,
        esprit(each.snapshot, settings(each)).map((f) => [f]),
      ),
    ),
  ];
}

/** Least squares with the true places on the grid: what a method comes to that confuses no place with its neighbour. */
export function trueSupport(array: RetrievalArray, places: readonly (readonly number[])[]): RetrievalMethod {
  let next = 0;
  return method(
    'true-support',
    'least squares at the true points of the grid: what choosing the wrong ones costs beside it',
    null,
    (each) => {
      const frequencies = places[next++]!.map((place) => frequencyAt(array.grid, place));
      const { amplitudes } = fitAmplitudes(array.sensors, frequencies, each.snapshot);
      const spectrum = complexZeros(array.matrix.columns);
      for (const [k, place] of places[next - 1]!.entries()) {
        spectrum.re[place] = amplitudes.re[k]!;
        spectrum.im[place] = amplitudes.im[k]!;
      }
      return { spectrum, frequencies, refined: [] };
    },
    'reference',
  );
}

function method(
  name: string,
  summary: string,
  operations: number | null,
  estimate: (observed: Observed) => Estimate,
  kind: RetrievalMethod['kind'] = 'classical',
): RetrievalMethod {
  const rounded = operations === null ? null : Math.round(operations);
  return { name, summary, kind, operations: rounded, estimate: async (all) => all.map(estimate) };
}

function fourierEstimate(array: RetrievalArray, observed: Observed): Estimate {
  const { snapshot, sources = 1 } = observed;
  const whole = fourierSpectrum(array.matrix, snapshot);
  const peaks = findPeaks(magnitudesOf(whole), array.grid, { floor: 0, sources });
  const spectrum = complexZeros(array.matrix.columns);
  for (const { place } of peaks) {
    spectrum.re[place] = whole.re[place]!;
    spectrum.im[place] = whole.im[place]!;
  }
  return {
    spectrum,
    ...refined(
      array,
      peaks.map(({ frequency }) => frequency),
      observed,
    ),
  };
}

/** Amplitudes are fitted to frequencies between the points of the grid, and stand at the nearest ones. */
function gridEstimate(array: RetrievalArray, observed: Observed, frequencies: readonly PerAxis[]): Estimate {
  const sources = fitAmplitudes(array.sensors, frequencies, observed.snapshot);
  return { spectrum: gridAmplitudes(array, sources), ...refined(array, frequencies, observed) };
}
