import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenInputs } from '../analysis/token-inputs.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { type Network, openNetwork } from '../opening/open-network.ts';
import { saveDecoder, saveEncoder } from '../opening/text-checkpoints.fixture.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { tokenBatch } from '../text/token-batch.ts';
import { convertNetwork } from './convert-network.ts';
import { generateText } from './generate-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'generate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const steps = 3;
let network: Network;
beforeAll(async () => {
  writeFileSync(
    at('story.txt'),
    'the cat and the dog saw a bird. then they sat in the sun, and slept there.',
  );
  const decoder = await openNetwork(await saveDecoder(at('decoder')));
  await convertNetwork(decoder, { calibration: at('story.txt'), steps, output: at('decoder.snn.onnx') });
  network = await openNetwork(at('decoder.snn.onnx'));
});

const best = (row: ArrayLike<number>) => Array.from(row).indexOf(Math.max(...Array.from(row)));

/** Tokens by the best score, with inputs of exactly the length of the text. */
async function byHand(
  prompt: readonly number[],
  count: number,
  scoresOf: (ids: number[]) => Promise<number[][]>,
) {
  const ids = [...prompt];
  for (let i = 0; i < count; i++) ids.push(best((await scoresOf(ids)).at(-1)!));
  return ids.slice(prompt.length);
}

function batchOf(ids: readonly number[]) {
  const inputs = tokenInputs(network.model.graph)!;
  const sequence = { ids, types: ids.map(() => 0) };
  return tokenBatch(inputs, [sequence], { length: ids.length, padding: 0, side: 'right' });
}

describe('a text that a spiking decoder goes on with', () => {
  it('is what its running means say after the last step, and the source network’s beside it', async () => {
    const { promptTokens, spiking, source, ...rest } = await generateText(network, 'the dog', {
      newTokens: 6,
    });
    expect(rest).toMatchObject({ prompt: 'the dog', steps });
    expect(promptTokens).toHaveLength(5);
    const engine = await createInGraphEngine(planRun(network.model));
    const last = async (ids: number[]) => {
      const { shape, data } = (await engine.run(batchOf(ids))).logits;
      const vocabulary = shape[3]!;
      return [Array.from(data.slice(data.length - vocabulary), Number)];
    };
    expect(spiking.tokens).toEqual(await byHand(promptTokens, 6, last));
    await engine.close();
    const session = await OrtSession.create(toSourceForm(network.model));
    const right = async (ids: readonly number[]) => {
      const { shape, data } = (await session.run(batchOf(ids))).get('logits')!;
      return [Array.from(data.slice(data.length - shape[2]!), Number)];
    };
    expect(source?.tokens).toEqual(await byHand(promptTokens, 6, right));
    const agreeing: boolean[] = [];
    for (const [i, token] of spiking.tokens.entries()) {
      const [row] = await right([...promptTokens, ...spiking.tokens.slice(0, i)]);
      agreeing.push(best(row!) === token);
    }
    await session.release();
    expect(rest.agreement?.at(-1)).toBeCloseTo(agreeing.filter(Boolean).length / 6, 12);
    expect(rest.agreement).toHaveLength(steps);
  });

  it('is the same for the same seed, and the pieces that are told make it up', async () => {
    const told = { spiking: '', source: '' };
    const settings = { newTokens: 8, temperature: 1.5, topK: 20, topP: 0.95 };
    const one = await generateText(network, 'the', {
      ...settings,
      seed: 4,
      onText: ({ of, text }) => {
        told[of] += text;
      },
    });
    const again = await generateText(network, 'the', { ...settings, seed: 4, source: false });
    expect(again.spiking.tokens).toEqual(one.spiking.tokens);
    expect([again.source, again.agreement]).toEqual([undefined, undefined]);
    expect(told).toEqual({ spiking: one.spiking.text, source: one.source?.text });
    const others = await Promise.all(
      [5, 6].map((seed) => generateText(network, 'the', { ...settings, seed, source: false })),
    );
    expect(others.some(({ spiking }) => spiking.text !== one.spiking.text)).toBe(true);
  });

  it('ends where the network takes no more', async () => {
    const prompt = 'a'.repeat(22);
    const { spiking } = await generateText(network, prompt, { source: false });
    if (spiking.end !== 'stop-token') expect([spiking.end, spiking.tokens.length]).toEqual(['full', 2]);
    await expect(generateText(network, 'a'.repeat(24))).rejects.toThrow(
      `prompt for ${network.path}: expected a text of fewer than 24 tokens, which the network takes, got 24 tokens. Give a shorter text.`,
    );
    await expect(generateText(network, '')).rejects.toThrow(
      'expected a text of at least one token, got 0 tokens',
    );
  });

  it('needs a decoder that spikes, and a temperature to draw with', async () => {
    await expect(generateText(await openNetwork(at('decoder')), 'a')).rejects.toThrow(
      "graph 'gpt2-hugging-face': expected a spiking model, got a model without spiking neurons. Convert it first.",
    );
    await expect(generateText(network, 'a', { topK: 3, seed: 1 })).rejects.toThrow(
      'generate: expected no topK or seed where the best token is taken every time, got 3, 1. Give a temperature above 0, too, or leave that out.',
    );
    await expect(generateText(network, 'a', { newTokens: 0, temperature: 1, topP: 2 })).rejects.toThrow(
      'generate: expected newTokens as a whole number from 1 on, topP as a number above 0 and at most 1, got 0, 2. Give numbers in these ranges.',
    );
    writeFileSync(at('reviews.jsonl'), '{"text":"good"}\n{"text":"a bad film"}\n');
    const { network: encoder } = await convertNetwork(await openNetwork(await saveEncoder(at('encoder'))), {
      calibration: at('reviews.jsonl'),
      steps: 1,
    });
    await expect(generateText(encoder, 'a')).rejects.toThrow(
      'expected a network that says the next token at every token, and its tokenizer, got a network with other outputs. Give a decoder, such as GPT-2 or Llama.',
    );
  });
});
