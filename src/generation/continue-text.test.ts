import { describe, expect, it } from 'vitest';
import { type ContinueOptions, continueText } from './continue-text.ts';
import type { Speaker } from './speaker.ts';

const letters = [...'abcdefghijklmnopqrstuvwxyz.\uFFFDé'];
const ids = (text: string) => [...text].map((letter) => letters.indexOf(letter));

/** Says the letters of a text one after the other, and at the first of its time-steps `a`. */
function reciter(text: string): Speaker {
  let said = 0;
  const row = (id: number) => Float32Array.from(letters, (_, i) => Number(i === id));
  return { scores: async () => [[row(0)], [row(ids(text)[said++]!)]], close: async () => undefined };
}

async function recited(text: string, options: Partial<ContinueOptions> = {}) {
  const told: string[] = [];
  const continuation = await continueText(reciter(text), ids('x'), {
    sampling: { temperature: 0 },
    seed: 0,
    newTokens: text.length,
    stopTokens: [letters.indexOf('.')],
    stopTexts: [],
    decode: (tokens) => tokens.map((id) => letters[id]).join(''),
    onText: (piece) => told.push(piece),
    ...options,
  });
  return { ...continuation, told };
}

describe('a text that goes on', () => {
  it('has as many tokens as are wanted, each told at once, with the best one of every step', async () => {
    expect(await recited('abc')).toEqual({
      text: 'abc',
      tokens: [0, 1, 2],
      end: 'enough',
      tokensRead: 1 + 2 + 3,
      best: [
        [0, 0],
        [0, 1],
        [0, 2],
      ],
      told: ['a', 'b', 'c'],
    });
  });

  it('ends with a token that ends texts, which is left out', async () => {
    expect(await recited('ab.c')).toMatchObject({ text: 'ab', tokens: [0, 1], end: 'stop-token' });
  });

  it('ends before a text that ends it, of which nothing was told', async () => {
    const { text, end, told, tokens } = await recited('abcde', { stopTexts: ['cd', 'zz'] });
    expect([text, end, told, tokens]).toEqual(['ab', 'stop-text', ['a', 'b'], [0, 1, 2, 3]]);
    expect((await recited('abce', { stopTexts: ['cd'] })).told).toEqual(['a', 'b', 'ce']);
  });

  it('keeps letters back until all of their bytes are there', async () => {
    const decode = (tokens: readonly number[]) =>
      tokens
        .map((id) => letters[id])
        .join('')
        .replace('\uFFFD\uFFFD', 'é');
    expect((await recited('a\uFFFD\uFFFDb', { decode })).told).toEqual(['a', 'é', 'b']);
  });

  it('ends where the network takes no longer text', async () => {
    expect(await recited('abc', { most: 2 })).toMatchObject({ text: 'a', end: 'full' });
  });

  it('stops before the next token when it is asked to', async () => {
    const controller = new AbortController();
    const stopped = recited('abc', {
      signal: controller.signal,
      onText: () => controller.abort(new Error('enough of it')),
    });
    await expect(stopped).rejects.toThrow('enough of it');
  });
});
