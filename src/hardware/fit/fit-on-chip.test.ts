import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import { randomImages, smallVit } from '../../engines/segmented/small-networks.fixture.ts';
import { spikingResidual } from '../../exporters/circuit/residual-network.fixture.ts';
import { ecmt } from '../../methods/ecmt.ts';
import { spikingNetwork } from '../../spiking/network-kind.ts';
import { defineChipLimits } from '../limits/chip-limits.ts';
import { knownChips, limitsOf } from '../limits/known-chips.ts';
import { assignCores } from './assign-cores.ts';
import { fitOnChip } from './fit-on-chip.ts';
import { networkLayers } from './network-layers.ts';

const from = (value: number) => ({ value, source: 'made up' });
const small = defineChipLimits({
  name: 'small',
  title: 'Small',
  summary: 'For tests.',
  cores: from(4),
  spreads: true,
  weightBits: from(8),
  graded: { value: false, source: 'made up' },
  kinds: { values: ['integrate-and-fire'], source: 'made up' },
  layers: { values: ['convolution', 'linear', 'sum', 'average-pool'], source: 'made up' },
});
const layer = {
  name: 'a',
  neuron: 'integrate-and-fire',
  scaling: 'none' as const,
  neurons: 100,
  synapses: [
    {
      operator: 'conv',
      kind: 'convolution' as const,
      weights: 180,
      outputChannels: 10,
      fanIn: 18,
      kernel: [3, 3],
      strides: [1, 1],
    },
  ],
  through: [],
  reads: [],
};
const network = { layers: [layer], steps: 4, weightBits: 8 };

const residual = spikingResidual('rate', 7).then((model) => networkLayers(spikingNetwork(model)));
const attention = convert(smallVit(), {
  method: ecmt,
  steps: 2,
  calibration: () => [randomImages([1, 3, 8, 8])],
}).then(({ model }) => networkLayers(spikingNetwork(model)));

describe('a network on a chip', () => {
  it.each([
    // 100 neurons, 30 a core; 180 weights, 50 a core; 18 a channel stay on every core beyond ten.
    [{ neurons: from(30) }, 4, 'neurons'],
    [{ weights: from(50) }, 4, 'weights'],
    [{ weights: from(18) }, 10, 'weights'],
    // 180/c bytes of weights and 4·100/c of states in 150.
    [{ memory: from(150) }, 4, 'memory'],
    [{}, 1, 'one a layer'],
  ])('takes the cores that the tightest figure asks for: %o', (room, cores, boundBy) => {
    expect(fitOnChip(network, { ...small, ...room }).layers[0]).toMatchObject({ cores, boundBy });
  });

  it('is told everything that does not fit', () => {
    const strange = {
      ...layer,
      neuron: 'burst',
      scaling: 'shift' as const,
      through: ['Softmax'],
      reads: ['a'],
    };
    const tight = {
      ...small,
      neurons: from(10),
      fanIn: from(9),
      kernels: { values: [1], source: 'made up' },
    };
    const fit = fitOnChip(
      { ...network, layers: [strange, { ...strange, name: 'b' }] },
      { ...tight, destinations: from(1) },
    );
    expect(fit.fits).toBe(false);
    expect([fit.cores, fit.chips]).toEqual([20, 5]);
    expect(fit.problems).toEqual(['20 cores, and the chip has 4']);
    expect(fit.layers[0]?.problems).toEqual([
      "neurons 'burst': the chip has integrate-and-fire",
      'spikes say several numbers, and those of the chip are all worth the same',
      'Softmax: the chip has convolution, linear, sum, average-pool',
      '2 layers read it, and the chip sends to 1',
      '18 inputs a neuron, of at most 9',
      'kernel 3×3, of 1',
    ]);
  });

  it('gives cores of different sizes to the layers that need them', () => {
    const cores = [
      { weights: 100, neurons: 100 },
      { weights: 10, neurons: 10 },
    ];
    expect(
      assignCores(
        [
          [1, 1],
          [50, 50],
        ],
        cores,
      ),
    ).toEqual([1, 0]);
    expect(
      assignCores(
        [
          [50, 50],
          [60, 60],
        ],
        cores,
      ),
    ).toEqual([0, undefined]);
  });

  it('has the layers of its graph: a residual network with groups, pooling and shortcuts', async () => {
    const layers = await residual;
    expect(
      layers.map(({ neurons, synapses, through, reads }) => [
        neurons,
        synapses.map(({ kind, weights, fanIn }) => [kind, weights, fanIn]),
        through,
        reads.length,
      ]),
    ).toEqual([
      [384, [['convolution', 108, 18]], [], 0],
      [384, [['depthwise-convolution', 162, 27]], [], 1],
      [384, [['convolution', 324, 54]], ['sum'], 2],
      [160, [['convolution', 540, 54]], ['sum'], 1],
      [7, [['linear', 280, 40]], ['average-pool'], 1],
      [5, [['linear', 35, 7]], [], 1],
    ]);
  });
});

describe.each(knownChips.map((chip) => [chip.name, chip] as const))('chip %s', (_, chip) => {
  it('names the public source of every figure', () => {
    const figures = Object.values(chip).filter((each) => typeof each === 'object');
    expect(figures.length).toBeGreaterThan(4);
    for (const { source } of figures) expect(source).toMatch(/\w{4,}.*: .+/);
  });

  it('takes a plain network, and says why not where it does not take a Transformer', async () => {
    const layers = await residual;
    const plain = layers.map((each) => ({ ...each, through: each.through.filter((name) => name !== 'sum') }));
    const { fits, problems, layers: fitted } = fitOnChip({ layers: plain, steps: 7, weightBits: 8 }, chip);
    expect([fits, problems, fitted.flatMap((each) => each.problems)]).toEqual([true, [], []]);
    const fit = fitOnChip({ layers: await attention, steps: 2, weightBits: 8 }, chip);
    const reasons = fit.layers.flatMap((each) => each.problems).join('\n');
    if (chip.layers.values.includes('any')) expect(fit.fits).toBe(true);
    else expect(reasons).toMatch(/product.*: the chip has convolution/);
  });
});

it('limitsOf names the known chips', () => {
  expect(() => limitsOf('brain')).toThrow(
    "chip 'brain': expected one of loihi-2, spinnaker-2, speck, akida, or a .json file that describes one, got an unknown name. Choose a known chip, or give a file.",
  );
});
