import { describe, expect, it } from 'vitest';
import { tokenNetwork } from '../engines/input-networks.fixture.ts';
import { bindInputs } from './bind-inputs.ts';
import { Graph } from './graph.ts';
import type { InputBatch } from './input-batch.ts';

const { graph } = tokenNetwork('sequence');

function tokens(samples: number, length: number) {
  return {
    shape: [samples, length],
    data: BigInt64Array.from({ length: samples * length }, (_, i) => BigInt(i % 7)),
  };
}
const positions = { shape: [3], data: Int32Array.of(0, 1, 2) };

function messageOf(batch: InputBatch, of: Graph = graph): string {
  try {
    bindInputs(of, batch);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('bindInputs', () => {
  it('takes any element type that holds the numbers, and names the inputs that all samples share', () => {
    const batch = {
      inputs: {
        input_ids: tokens(2, 3),
        attention_mask: { shape: [2, 3], data: new Float32Array(6).fill(1) },
        position_ids: positions,
      },
    };
    expect(bindInputs(graph, batch)).toEqual({ ...batch, shared: ['position_ids'] });
  });

  it('lists all that does not fit at once', () => {
    const batch = {
      inputs: {
        input_ids: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5.5, 6) },
        mask: tokens(2, 3),
        position_ids: { shape: [1, 3], data: new Int32Array(3) },
      },
    };
    expect(messageOf(batch)).toBe(
      [
        "graph 'several inputs': inputs do not fit:",
        "  - input 'input_ids': sample 1: expected numbers of type int64, got 5.5. Check the data and their preprocessing.",
        "  - input 'attention_mask': expected shape [batch,sequence], got none. Give a tensor for every input.",
        "  - input 'position_ids': expected shape [sequence], got [1,3]. Give an input of the shape the network was made for.",
        "  - input 'mask': expected one of 'input_ids', 'attention_mask', 'position_ids', got an input that the network does not have. Leave it out, or give it the name that the network has.",
      ].join('\n'),
    );
  });

  it('refuses lengths that differ where the network names them alike', () => {
    expect(
      messageOf({
        inputs: { input_ids: tokens(2, 3), attention_mask: tokens(2, 4), position_ids: positions },
      }),
    ).toBe(
      "input 'attention_mask': expected 3 for 'sequence', as in input 'input_ids', got [2,4]. Give inputs that belong together.",
    );
  });

  it('refuses inputs with other numbers of samples', () => {
    expect(
      messageOf({
        inputs: { input_ids: tokens(2, 3), attention_mask: tokens(3, 3), position_ids: positions },
      }),
    ).toBe(
      "inputs: expected as many samples in each, got 2 in 'input_ids', 3 in 'attention_mask'. Give inputs that belong together.",
    );
  });

  it.each([
    ['int8', Int16Array.of(127, 128), '128'],
    ['uint8', Int8Array.of(0, -1), '-1'],
    ['bool', Uint8Array.of(1, 2), '2'],
    ['uint64', BigInt64Array.of(5n, -1n), '-1'],
    ['float16', Float32Array.of(0, Number.NaN), 'NaN'],
  ] as const)('refuses numbers that are none of type %s', (dataType, data, got) => {
    const one = new Graph('one');
    one.addInput({ name: 'x', dataType, shape: ['batch'] });
    const expected = dataType === 'float16' ? 'finite numbers' : `numbers of type ${dataType}`;
    expect(messageOf({ shape: [2], data }, one)).toBe(
      `input 'x': sample 1: expected ${expected}, got ${got}. Check the data and their preprocessing.`,
    );
  });
});
