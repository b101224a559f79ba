import { describe, expect, it, vi } from 'vitest';
import { mapTerms } from '../energy/energy-breakdown.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { comparisonTable } from '../tables/comparison-table.ts';
import { evaluationTable } from '../tables/evaluation-table.ts';
import { toText } from '../tables/to-text.ts';
import { printResult } from './print-result.ts';

const interval = [0.9536, 1] as const;
const accuracy = { top1: 1, top1Interval: interval, top5: 1, top5Interval: interval };
const energyOf = (ratio: number) => ({
  device: '45nm-fp32',
  nanojoules: 10,
  ratio,
  breakdown: mapTerms(() => 0),
  realisation: null,
});

const result: EvaluationResult = {
  images: 100,
  skipped: [],
  hiddenSteps: 0,
  stream: null,
  seen: { calibration: 0, selection: 0 },
  seconds: 10,
  phases: [
    { name: 'loading', seconds: 0.25 },
    { name: 'images', seconds: 4 },
  ],
  source: accuracy,
  steps: [
    {
      t: 1,
      ...accuracy,
      agreement: 1,
      agreementInterval: interval,
      firingRate: 0.5,
      energy: {
        ecmtRatio: 0.1,
        full: [energyOf(0.25)],
        realisations: [],
        anytimeRatio: 0.3,
        quantisedRatio: 12.345,
      },
    },
  ],
  quantised: {
    ranges: 'first batch',
    networks: [
      {
        steps: [1],
        bits: [3, 8],
        capped: true,
        ...accuracy,
        agreement: 1,
        agreementInterval: interval,
        energy: energyOf(0.05),
      },
    ],
  },
  synapses: null,
  windows: null,
  fineTuning: null,
  fewBits: null,
  energy: {
    device: '45nm-fp32',
    devices: [{ name: '45nm-fp32', title: '45 nm, 32-bit floating point', summary: '', figures: {} }],
    accounting: 2,
    assumptions: [],
    source: [energyOf(1)],
    pays: [{ device: '45nm-fp32', steps: 1, atLeast: true }],
    breakEven: [],
    spikeDrivenShare: 0.75,
    operators: [],
  },
  earlyExit: [
    {
      threshold: 0.9,
      meanSteps: 1,
      exits: [1],
      top1: 0.5,
      top1Interval: [0.4, 0.6],
      agreement: 0.5,
      agreementInterval: [0.4, 0.6],
      energy: { ecmtRatio: 0.1, fullRatio: 0.25 },
    },
  ],
  sites: [],
  neurobench: null,
  conversionErrors: [],
  flips: { classes: [] } as unknown as EvaluationResult['flips'],
  diagnosis: null,
};

describe('the table of an evaluation', () => {
  it('has the source network, the quantised one and every step in at most 80 columns', () => {
    const text = toText(evaluationTable(result));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.split('\n')).toEqual([
      '           top-1       95 %  top-5  agree       95 %   rate    (a)    (b)    (c)',
      '────────────────────────────────────────────────────────────────────────────────',
      'source     100.0 95.4–100.0  100.0      –          –      –  1.000  1.000      –',
      '3–8 bits*  100.0 95.4–100.0  100.0  100.0 95.4–100.0      –      –  0.050   1.00',
      'T = 1      100.0 95.4–100.0  100.0  100.0 95.4–100.0  0.500  0.100  0.250  12.35',
    ]);
  });
});

describe('the table of a fine-tuned network', () => {
  const fineTuning: EvaluationResult['fineTuning'] = {
    method: 'diet',
    steps: 1,
    trained: ['w'],
    epochs: 1,
    updates: 10,
    seed: 1,
    data: 'mnist/',
    samples: 640,
    testSamples: 100,
    measure: 'accuracy',
    sourceAccuracy: 0.9,
    convertedAccuracy: 0.5,
    tunedAccuracy: 0.8,
    curve: [],
    neurons: [],
  };
  const rowsOf = (changed: Partial<typeof fineTuning>) =>
    evaluationTable({ ...result, fineTuning: { ...fineTuning, ...changed } }).rows;

  it('has its source and the converted network side by side with it, with intervals (Wilson)', () => {
    const [source, converted, dense, , last] = rowsOf({});
    expect(source).toEqual(['source*', 0.9, expect.anything(), null, null, null, null, null, null, null]);
    expect(source?.[2]).toEqual([expect.closeTo(0.8256, 3), expect.closeTo(0.9448, 3)]);
    expect(converted?.slice(0, 2)).toEqual(['converted*', 0.5]);
    expect(dense?.[0]).toBe('no neurons');
    expect(last?.[0]).toBe('T = 1');
  });

  it('has agreement alone where the data had no classes', () => {
    const [converted, dense] = rowsOf({ measure: 'agreement', testSamples: undefined });
    expect(converted).toEqual(['converted*', null, null, null, 0.5, null, null, null, null, null]);
    expect(dense?.[0]).toBe('no neurons');
  });

  it('stands in a comparison behind what it was tuned from, below the source network of the others', () => {
    const tuned = { ...result, fineTuning, source: { ...result.source, top1: 0.1 } };
    const entries = [
      { name: 'tuned', folder: 'tuned', result: tuned },
      { name: 'converted', folder: 'converted', result },
    ];
    const names = (of: typeof entries) => comparisonTable(of).rows.map((row) => row[0]);
    expect(names(entries)).toEqual(['source', 'tuned: source*', 'tuned: converted*', 'tuned', 'converted']);
    expect(comparisonTable(entries).rows[0]?.[2]).toBe(1);
    expect(names(entries.slice(0, 1))[0]).toBe('no neurons');
    for (const row of comparisonTable(entries).rows)
      expect(row).toHaveLength(comparisonTable(entries).columns.length);
  });
});

describe('the table of a network in few bits', () => {
  it('has the network with all bits beside it, as it was measured when that was trained', () => {
    const size = { weightBits: 100, bitOperations: 400 };
    const fewBits = {
      bits: { weights: 1, activations: 2 },
      widen: 4,
      size,
      narrow: size,
      epochs: 3,
      testSamples: 1000,
      sourceAccuracy: 0.99,
      quantisedAccuracy: 0.97,
    };
    const { rows } = evaluationTable({ ...result, fewBits });
    expect(rows.slice(0, 3).map(([name, top1]) => [name, top1])).toEqual([
      ['full precision*', 0.99],
      ['w1a2×4*', 0.97],
      ['no neurons', result.source.top1],
    ]);
    const dense = evaluationTable({ ...result, fewBits, steps: [] }).rows;
    expect(dense.map(([name]) => name).slice(0, 2)).toEqual(['full precision*', 'w1a2×4']);
  });
});

describe('the table of neurons that spike once', () => {
  it('says how many slots a whole run lasts', () => {
    const { columns, rows } = evaluationTable({ ...result, windows: 3 });
    const place = columns.findIndex(({ key }) => key === 'latency');
    expect(columns[place]).toMatchObject({ head: 'slots' });
    expect(columns[place + 1]).toMatchObject({ key: 'firing_rate' });
    expect(rows.map((row) => row[place])).toEqual([null, null, 3]);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });
});

describe('printResult', () => {
  it('says what T is where neurons spike once', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    printResult({ ...result, windows: 3 });
    const text = log.mock.calls.flat().join('\n').replace(/\s+/g, ' ');
    log.mockRestore();
    expect(text).toContain(
      'T: slots of a window; slots: of the whole run, 3 windows; rate: spikes per neuron, at most one;',
    );
  });

  it('says what the columns are, and what stopping early would give', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    printResult(result, { exitConfidence: 0.9 });
    const text = log.mock.calls.flat().join('\n');
    log.mockRestore();
    expect(text).toContain('in 45 nm, 32-bit floating point; spiking pays up to T = 1 at least');
    expect(text).toContain('in as many bits as the spikes carry (T = 1: 3–8 bits*)');
    expect(text).toContain('clip ranges of the quantised networks: from the first of these images');
    expect(text).toContain('75.0 % of the operations are driven by spikes alone');
    expect(text).toContain(
      'early exit at confidence 0.9: mean T 1.00 of 1, top-1 50.0 [40.0, 60.0] %, agreement 50.0 [40.0, 60.0] %, energy (a) 0.100 (b) 0.250',
    );
  });
});
