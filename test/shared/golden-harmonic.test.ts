import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { sLista } from '../../src/architectures/s-lista.ts';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import type { NpyArray } from '../../src/formats/npy.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { ndArray } from '../../src/interpreter/nd-array.ts';
import { inlineFunctions } from '../../src/passes/inline-functions.ts';
import { ComplexMatrix, type ComplexVector, squaredNorm } from '../../src/signals/complex-matrix.ts';
import { cramerRaoBound } from '../../src/signals/cramer-rao.ts';
import { fista, ista } from '../../src/signals/iterative-shrinkage.ts';
import { matchingPursuit } from '../../src/signals/matching-pursuit.ts';
import { dictionary, frequencyAt, gramKernel } from '../../src/signals/sensor-array.ts';
import { shrinkageObjective } from '../../src/signals/shrinkage-objective.fixture.ts';
import { softThreshold } from '../../src/signals/soft-threshold.ts';
import { esprit, musicSpectrum, rootMusic } from '../../src/signals/subspace.ts';
import { unfoldConvolutions } from '../../src/training/networks/unfold-convolutions.ts';
import { losses } from '../../src/training/step/losses.ts';
import { hasShared, shared } from './shared-folder.ts';

const folder = shared('golden', 'harmonic-1d');

interface Problem {
  readonly frequencies: number[];
  readonly amplitudes: [number, number][];
  readonly sigma2: number;
  readonly omp_support: number[];
  readonly esprit: number[];
  readonly root_music: number[];
  readonly crb_std: number[] | null;
}

interface Meta {
  readonly lambda: number;
  readonly step: number;
  readonly subarray: number;
  readonly objective: Record<string, number[]>;
  readonly problems: Problem[];
  readonly crb_one_source: { f: number; amplitude_abs: number; sigma2: number; value: number };
  readonly soft: { threshold: number; grad_threshold: number };
  readonly slista: { thresholds: number[]; loss: number; grad_thresholds: number[] };
}

function complex({ data }: NpyArray): ComplexVector {
  const all = data as Float64Array;
  return { re: all.filter((_, i) => i % 2 === 0), im: all.filter((_, i) => i % 2 === 1) };
}

function farthest(a: ComplexVector, b: ComplexVector): number {
  return Math.max(...[...a.re].map((re, i) => Math.hypot(re - b.re[i]!, a.im[i]! - b.im[i]!)));
}

describe.skipIf(!hasShared('golden', 'harmonic-1d'))('harmonic retrieval on a line of 16 sensors', () => {
  const array = { sensors: [16], grid: [48] };
  const matrix = dictionary(array);
  let arrays: Map<string, NpyArray>;
  let meta: Meta;
  const given = (name: string) => complex(arrays.get(name)!);
  /** Column of a stored matrix of five problems. */
  const column = (name: string, i: number) => {
    const all = given(name);
    return new ComplexMatrix(all.re.length / 5, 5, all).column(i);
  };

  beforeAll(async () => {
    arrays = await readNpz(`${folder}/data.npz`);
    meta = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8'));
  });

  it('has the dictionary and the kernel of an independent implementation', () => {
    expect(farthest(matrix, given('dictionary'))).toBeLessThan(1e-9);
    const kernel = gramKernel(array);
    expect(farthest({ re: kernel, im: kernel.map(() => 0) }, given('gram_kernel'))).toBeLessThan(1e-9);
  });

  it.each([
    ['ista', ista, [1, 2, 5, 20, 50]],
    ['fista', fista, [2, 5, 20, 50]],
  ] as const)('iterates %s as it does', (name, solve, counts) => {
    for (const iterations of counts) {
      for (let i = 0; i < 5; i++) {
        const y = column('snapshots', i);
        const x = solve(matrix, y, { lambda: meta.lambda, step: meta.step, iterations });
        expect(farthest(x, column(`${name}_${iterations}`, i))).toBeLessThan(1e-9);
        const objective = meta.objective[`${name}_${iterations}`]?.[i];
        if (objective !== undefined) {
          expect(shrinkageObjective(matrix, y, x, meta.lambda)).toBeCloseTo(objective, 9);
        }
      }
    }
  });

  it('finds its supports, frequencies, spectra and bounds', () => {
    for (const [i, problem] of meta.problems.entries()) {
      const y = column('snapshots', i);
      const sources = problem.frequencies.length;
      const settings = { sources, subarray: meta.subarray };
      const support = [...matchingPursuit(matrix, y, sources).support].sort((a, b) => a - b);
      expect(support).toEqual(problem.omp_support);
      const found = esprit(y, settings);
      for (const [k, f] of problem.esprit.entries()) expect(found[k]).toBeCloseTo(f, 9);
      const roots = rootMusic(y, settings);
      for (const [k, f] of problem.root_music.entries()) expect(Math.abs(roots[k]! - f)).toBeLessThan(1e-6);
      const grid = Array.from({ length: 48 }, (_, n) => frequencyAt([48], n)[0]!);
      const spectrum = musicSpectrum(y, settings, grid);
      const wanted = arrays.get('music_spectrum')!.data as Float64Array;
      for (const [n, value] of spectrum.entries()) expect(value / wanted[n * 5 + i]!).toBeCloseTo(1, 8);
      if (!problem.crb_std) continue;
      const amplitudes = {
        re: Float64Array.from(problem.amplitudes, ([re]) => re),
        im: Float64Array.from(problem.amplitudes, ([, im]) => im),
      };
      const frequencies = problem.frequencies.map((f) => [f]);
      const bound = cramerRaoBound([16], { frequencies, amplitudes }, problem.sigma2);
      for (const [k, std] of problem.crb_std.entries()) expect(bound[k]![0]).toBeCloseTo(std, 9);
    }
  });

  it('bounds one source as the closed form does', () => {
    const { f, amplitude_abs, sigma2, value } = meta.crb_one_source;
    const amplitudes = { re: Float64Array.of(amplitude_abs), im: Float64Array.of(0) };
    const [bound] = cramerRaoBound([16], { frequencies: [[f]], amplitudes }, sigma2);
    expect(bound![0]! ** 2 / value).toBeCloseTo(1, 9);
  });

  it('shrinks as it does', () => {
    const found = softThreshold(given('soft_z'), meta.soft.threshold);
    expect(farthest(found, given('soft_out'))).toBeLessThan(1e-9);
    expect(squaredNorm(found)).toBeGreaterThan(0);
  });

  /** […, problems] as [problems, 2, …]. */
  const batch = (name: string) => {
    const all = given(name);
    const rows = all.re.length / 5;
    return ndArray(
      [5, 2, rows],
      Float64Array.from({ length: 10 * rows }, (_, at) => {
        const [i, part, row] = [Math.floor(at / (2 * rows)), Math.floor(at / rows) % 2, at % rows];
        return (part === 0 ? all.re : all.im)[row * 5 + i]!;
      }),
    );
  };
  const parts = ({ re, im }: ComplexVector) => [...re, ...im];
  /** A kernel counts its taps the other way round than a convolution of ONNX does. */
  const turned = ({ re, im }: ComplexVector): ComplexVector => ({ re: re.toReversed(), im: im.toReversed() });

  it('has two untied layers of S-LISTA and all of their gradients', async () => {
    const weights = new Map<string, { shape: number[]; data: number[] }>();
    for (const i of [0, 1]) {
      weights.set(`layers.${i}.input`, {
        shape: [2, 48, 16],
        data: parts(given(`slista${i + 1}_input_map`)),
      });
      weights.set(`layers.${i}.threshold`, { shape: [], data: [meta.slista.thresholds[i]!] });
    }
    weights.set('layers.1.kernel', { shape: [2, 1, 1, 95], data: parts(turned(given('slista2_kernel'))) });
    const tensors = new Map(
      [...weights].map(([name, { shape, data }]) => [name, Tensor.float32(shape, data)]),
    );
    const { model } = sLista.recognise({ sensors: [16], grid: [48] }, tensors, 'config.json').build();
    const { graph } = model;
    // As inputs, so that their float64 numbers stay.
    for (const [name, { shape }] of weights) {
      graph.removeInitializer(name);
      graph.addInput({ name, dataType: 'float32', shape });
    }
    graph.setInputs(graph.inputs.map((each) => (each.name === 'x' ? { ...each, shape: [5, 2, 16] } : each)));
    graph.addInput({ name: 'targets', dataType: 'float32', shape: [5, 2, 48] });
    const feeds = {
      x: batch('snapshots'),
      targets: batch('targets'),
      ...Object.fromEntries([...weights].map(([name, { shape, data }]) => [name, ndArray(shape, data)])),
    };
    const asConvolution = evaluateModel(model, feeds).get('logits')!;
    expect(unfoldConvolutions(model)).toBe(1);
    inlineFunctions(model);
    losses.nmse(new GraphBuilder(graph), 'logits', 'targets');
    graph.addOutput({ name: 'loss', dataType: 'float32', shape: [] });
    const trained = await differentiate(model, 'loss', [...weights.keys()]);
    for (const name of trained.gradients.values()) {
      trained.model.graph.addOutput({ name, dataType: 'float32', shape: undefined });
    }
    const found = evaluateModel(trained.model, feeds);
    const wanted = batch('slista_out').data;
    for (const [i, value] of found.get('logits')!.data.entries()) {
      expect(value).toBeCloseTo(wanted[i]!, 10);
      expect(asConvolution.data[i]).toBeCloseTo(wanted[i]!, 10);
    }
    expect(found.get('loss')!.data[0]).toBeCloseTo(meta.slista.loss, 10);
    const gradient = (name: string) => [...found.get(trained.gradients.get(name)!)!.data];
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));
    for (const i of [0, 1]) {
      expect(gradient(`layers.${i}.threshold`)).toEqual(near([meta.slista.grad_thresholds[i]!]));
      expect(gradient(`layers.${i}.input`)).toEqual(near(parts(given(`slista${i + 1}_grad_input_map`))));
    }
    expect(gradient('layers.1.kernel')).toEqual(near(parts(turned(given('slista2_grad_kernel')))));
    expect(squaredNorm(given('slista1_grad_kernel'))).toBe(0);
  });
});
