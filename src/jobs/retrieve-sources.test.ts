import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unrolledShrinkage } from '../checkpoints/unrolled-shrinkage.ts';
import { writeSafetensors } from '../files/write-safetensors.ts';
import { type Network, openNetwork } from '../opening/open-network.ts';
import { renderRetrieval } from '../report/retrieval-report.ts';
import { retrieveSources } from './retrieve-sources.ts';

/** Complex numbers as numpy saves them. */
function complexNpy(shape: number[], numbers: Float64Array, type = 'c16'): Uint8Array {
  const text = `{'descr': '<${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${text.padEnd(117)}\n`;
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(numbers.buffer)]);
}

let folder: string;
let network: Network;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transpike-retrieve-'));
  const { tensors, config } = unrolledShrinkage({
    sensors: [8],
    grid: [16],
    layers: 3,
    structure: 'toeplitz',
    threshold: 0.05,
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  network = await openNetwork(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('retrieveSources', () => {
  it('scores the network, its spiking forms and the classical methods on the same snapshots', async () => {
    const settings = { snapshots: 3, sources: 1, snr: 25, resolution: true, sweep: true };
    const retrieval = await retrieveSources(network, settings);
    const names = retrieval.methods.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        's-lista',
        's-lista-shrink-6',
        's-lista-greedy-8',
        's-lista-uncoupled',
        'fft',
        'fista',
        'omp',
        'music',
        'esprit',
        'true-support',
      ]),
    );
    const of = (name: string) => retrieval.methods.find((each) => each.name === name)!;
    expect(of('esprit')).toMatchObject({ kind: 'classical', hitRate: 1, spikesPerUnit: null });
    expect(of('s-lista-shrink-10').nmse).toBeCloseTo(of('s-lista').nmse!, 2);
    expect(of('s-lista-shrink-4').spikesPerUnit).toBeGreaterThan(0);
    expect(of('s-lista-shrink-4').energy.map(({ device }) => device)).toEqual(['45nm-int8', 'spinnaker-2']);
    expect(of('s-lista').operations).toBe(3 * 4 * 8 * 16 + 2 * 4 * 16 * 16);
    expect(of('true-support').nmse).toBeLessThan(of('s-lista').nmse!);
    expect(of('true-support').refinedRmse).toBeNull();
    expect(retrieval.resolution).toHaveLength(6 * 8);
    expect(retrieval.sweep?.map(({ snr }) => snr)).toContain(30);
    const page = await renderRetrieval(retrieval);
    for (const id of ['methods', 'resolution', 'nmse', 'errors', 'spectra'])
      expect(page).toContain(`<section id="${id}"`);
    expect(await retrieveSources(network, settings)).toEqual(retrieval);
  });

  it('finds sources in own snapshots', async () => {
    const numbers = new Float64Array(2 * 2 * 8);
    for (const [i, f] of [0.125, -0.25].entries()) {
      for (let m = 0; m < 8; m++) {
        numbers[2 * (8 * i + m)] = Math.cos(2 * Math.PI * f * (m - 3.5));
        numbers[2 * (8 * i + m) + 1] = Math.sin(2 * Math.PI * f * (m - 3.5));
      }
    }
    const input = join(folder, 'own.npy');
    await writeFile(input, complexNpy([2, 8], numbers));
    const retrieval = await retrieveSources(network, { input, sources: 1 });
    const { methods, snapshots, snr } = retrieval;
    expect([snapshots, snr]).toEqual([2, null]);
    const page = await renderRetrieval(retrieval);
    expect(page).toContain('<section id="sources"');
    expect(page).not.toContain('<section id="methods"');
    expect(page).toContain('/found/1/0/frequency/0">-0.25000<');
    for (const name of ['s-lista', 'omp', 'root-music', 'esprit']) {
      const { found, nmse } = methods.find((each) => each.name === name)!;
      expect(nmse).toBeNull();
      expect(found!.map(([first]) => first!.frequency[0])).toEqual([
        expect.closeTo(0.125, 6),
        expect.closeTo(-0.25, 6),
      ]);
      expect(found![0]![0]!.amplitude).toEqual([expect.closeTo(1, 5), expect.closeTo(0, 5)]);
    }
  });

  it('finds the same sources whatever the units of snapshots are', async () => {
    const wave = (amplitude: number) =>
      Float64Array.from({ length: 16 }, (_, i) => {
        const phase = 2 * Math.PI * 0.125 * ((i >> 1) - 3.5);
        return amplitude * (i % 2 === 0 ? Math.cos(phase) : Math.sin(phase));
      });
    const inUnits = async (amplitude: number) => {
      const input = join(folder, `units-${amplitude}.npy`);
      await writeFile(input, complexNpy([1, 8], wave(amplitude)));
      const { methods, spectra } = await retrieveSources(network, { input, sources: 1 });
      const spiking = methods.find(({ name }) => name === 's-lista-shrink-4')!;
      const [spectrum] = spectra.filter(({ name }) => name === 's-lista-shrink-4');
      return { spiking, peak: Math.max(...spectrum!.magnitudes) };
    };
    const [plain, large] = [await inUnits(1), await inUnits(1e4)];
    expect(large.spiking.spikesPerUnit).toBe(plain.spiking.spikesPerUnit);
    expect(large.spiking.found![0]![0]!.amplitude[0]).toBeCloseTo(1e4, 0);
    expect(large.peak / plain.peak).toBeCloseTo(1e4, 0);
  });

  it.each([
    [
      'another array',
      [2, 6],
      'c16',
      'expected complex snapshots [N, 8], as many sensors as the network was trained for, got complex numbers [2, 6]. Give snapshots of that array, or train a network for yours.',
    ],
    [
      'real numbers',
      [2, 12],
      'f8',
      'expected complex snapshots [N, 8], got real numbers [2, 12]. Save in-phase and quadrature parts as one array, x = i + 1j * q, of complex64 or complex128.',
    ],
  ])('refuses %s', async (name, shape, type, message) => {
    const input = join(folder, `${name}.npy`);
    await writeFile(input, complexNpy(shape, new Float64Array(24), type));
    await expect(retrieveSources(network, { input })).rejects.toThrow(`${input}: ${message}`);
  });

  it('refuses numbers that are not finite, too many sources, and settings beside own snapshots', async () => {
    const numbers = new Float64Array(32);
    numbers[21] = Number.NaN;
    const input = join(folder, 'nan.npy');
    await writeFile(input, complexNpy([2, 8], numbers));
    await expect(retrieveSources(network, { input })).rejects.toThrow(
      `${input}: snapshot 1, sensor 2: expected finite numbers, got NaN. Leave such snapshots out, or fill their gaps.`,
    );
    await expect(retrieveSources(network, { sources: 5 })).rejects.toThrow(
      'harmonic retrieval with 8 sensors: expected at most 4 sources, one for two sensors, got 5. Look for fewer sources.',
    );
    await expect(retrieveSources(network, { input, snr: 3, snapshots: 2 })).rejects.toThrow(
      'retrieve: expected no snapshots or snr beside own snapshots, which are as they are, got 2, 3. Leave them out.',
    );
  });
});
