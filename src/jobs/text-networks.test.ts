import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedInputs } from '../graph/input-batch.ts';
import { openInputs } from '../opening/open-inputs.ts';
import { type Network, openNetwork } from '../opening/open-network.ts';
import { saveDecoder, saveEncoder } from '../opening/text-checkpoints.fixture.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { convertNetwork } from './convert-network.ts';
import { type EvaluateSettings, evaluateNetwork } from './evaluate-network.ts';
import { tuneNetwork } from './tune-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'text-networks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

let encoder: Network;
let decoder: Network;
beforeAll(async () => {
  encoder = await openNetwork(await saveEncoder(at('encoder')));
  decoder = await openNetwork(await saveDecoder(at('decoder')));
  const texts = ['a good film !', 'bad', 'not very good', 'the play was bad .', 'very good', 'a bad play'];
  const rows = texts.map((text, i) => JSON.stringify({ text, label: i % 2 ? 'bad' : 'good' }));
  writeFileSync(at('reviews.jsonl'), `${rows.join('\n')}\n`);
  writeFileSync(
    at('story.txt'),
    'the cat and the dog saw a bird. then they sat in the sun, and slept there.',
  );
});

async function evaluated(network: Network, settings: EvaluateSettings): Promise<EvaluationResult> {
  const end = await evaluateNetwork(network, { workers: 0, ...settings });
  if (!end.finished) throw new Error('not finished');
  return end.result;
}

describe('an encoder of texts', () => {
  it('is converted and evaluated on a table, with its tokenizer and classes in the model', async () => {
    const notices: string[] = [];
    const converted = await convertNetwork(encoder, {
      calibration: at('reviews.jsonl'),
      steps: 2,
      output: at('encoder.snn.onnx'),
      onNotice: ({ message }) => notices.push(message),
    });
    expect(notices).toEqual(['6 texts of 7 tokens, padded on the right from 5.0 on average']);
    const network = await openNetwork(at('encoder.snn.onnx'));
    expect(network.tokenizer).toEqual(encoder.tokenizer);
    expect(network.fingerprint).toBe(converted.network.fingerprint);
    const result = await evaluated(network, { data: at('reviews.jsonl'), folder: at('run-encoder') });
    expect(result).toMatchObject({ images: 6, tokens: { total: 30 } });
    expect(result.source.top1).not.toBeNull();
    expect(result.steps).toHaveLength(2);
    const { tokens, energy, steps } = result;
    const [first] = tokens!.energy;
    expect(tokens!.perText).toBeCloseTo(30 / 6, 12);
    expect(first!.source).toBeCloseTo(energy!.source[0]!.nanojoules / (30 / 6), 9);
    expect(first!.steps[1]).toBeCloseTo(steps[1]!.energy.full[0]!.nanojoules / (30 / 6), 9);
    expect(readFileSync(at('run-encoder/report.html'), 'utf8')).toContain('A token costs');
  });

  it('costs what texts of the length that is evaluated cost, whatever it was calibrated on', async () => {
    const { network } = await convertNetwork(encoder, { calibration: at('reviews.jsonl'), steps: 1 });
    const data = `${at('reviews.jsonl')}?length=4`;
    const short = await evaluated(network, { data, folder: at('run-short') });
    const { network: own } = await convertNetwork(encoder, { calibration: data, steps: 1 });
    const wanted = await evaluated(own, { data, folder: at('run-own') });
    expect(short.energy!.source).toEqual(wanted.energy!.source);
    expect(short.sites.map(({ neurons }) => neurons)).toEqual(wanted.sites.map(({ neurons }) => neurons));
  });
});

describe('a decoder', () => {
  it('is measured by the next token: perplexity as worked out from its logits, and agreement', async () => {
    const { network } = await convertNetwork(decoder, { calibration: at('story.txt'), steps: 2 });
    const data = `${at('story.txt')}?length=10`;
    const result = await evaluated(network, { data, folder: at('run-decoder') });
    const { nats, right, tokens } = await byHand(data);
    expect(result.task).toMatchObject({ name: 'next-token' });
    const { perplexity, accuracy, agreement } = result.task!.source as Record<string, { value: number }>;
    expect(perplexity!.value).toBeCloseTo(Math.exp(nats / tokens), 3);
    expect([accuracy!.value, agreement!.value]).toEqual([right / tokens, 1]);
    const spiking = result.task!.steps[1] as Record<string, { value: number; interval: [number, number] }>;
    expect(spiking.agreement!.value).toBeGreaterThan(0);
    expect(spiking.divergence!.value).toBeGreaterThan(0);
    expect(spiking.perplexity!.interval[0]).toBeLessThanOrEqual(spiking.perplexity!.value);
    expect(spiking.perplexity!.interval[1]).toBeGreaterThanOrEqual(spiking.perplexity!.value);
  });

  it('is tuned by the divergence of the next token, in nats', async () => {
    const end = await tuneNetwork(decoder, {
      goal: { kind: 'energy', ecmtRatio: 0.8 },
      calibration: `${at('story.txt')}?length=8`,
      data: `${at('story.txt')}?length=6`,
      batchSize: 2,
      steps: 1,
      folder: at('run-tune'),
    });
    if (!end.finished) throw new Error('not finished');
    const { measured } = end.tuned.point;
    expect(measured.task).toBe('next-token');
    expect(measured.divergence).toBeGreaterThan(0);
    expect(measured.agreement).toBeGreaterThan(0);
  });
});

/** Sums of −ln p(next token) and of right guesses over all windows, from the logits. */
async function byHand(data: string) {
  const session = await OrtSession.create(decoder.model);
  let [nats, right, tokens] = [0, 0, 0];
  for await (const batch of (await openInputs(decoder, data)).batches()) {
    const { input_ids: ids, attention_mask: mask } = (batch as NamedInputs).inputs;
    const { shape, data: logits } = (await session.run(batch)).get('logits')!;
    const [texts, length, vocabulary] = shape as [number, number, number];
    for (let i = 0; i < texts * length; i++) {
      if (i % length === length - 1 || Number(mask!.data[i + 1]) === 0) continue;
      const row = Array.from(logits.slice(i * vocabulary, (i + 1) * vocabulary), Number);
      const next = Number(ids!.data[i + 1]);
      nats += Math.log(row.reduce((sum, each) => sum + Math.exp(each), 0)) - row[next]!;
      right += Number(row.indexOf(Math.max(...row)) === next);
      tokens++;
    }
  }
  await session.release();
  return { nats, right, tokens };
}
