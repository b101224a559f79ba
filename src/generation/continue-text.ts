import { Random } from '../random.ts';
import { bestToken, chooseToken, type Sampling } from './choose-token.ts';
import type { Speaker } from './speaker.ts';

/** Why a text ends. */
export type EndOfText =
  /** A token that ends texts was chosen. */
  | 'stop-token'
  /** A text that was to end it came up. */
  | 'stop-text'
  /** As many tokens as were wanted. */
  | 'enough'
  /** The network takes no longer text. */
  | 'full';

/** How a text goes on, as a network says. */
export interface Continuation {
  /** What follows the prompt. */
  readonly text: string;
  /** Numbers of its tokens; a token that ends it is left out. */
  readonly tokens: readonly number[];
  readonly end: EndOfText;
  /** Tokens that the network read: all of the text anew for each token that it chose. */
  readonly tokensRead: number;
  /** Best token after each time-step, by position. */
  readonly best: readonly (readonly number[])[];
}

/** How to go on with a text. */
export interface ContinueOptions {
  readonly sampling: Sampling;
  readonly seed: number;
  /** Most tokens to add. */
  readonly newTokens: number;
  /** Most tokens of the whole text; default: any number. */
  readonly most?: number | undefined;
  /** Tokens that end a text. */
  readonly stopTokens: readonly number[];
  /** Texts that end it; they are left out. */
  readonly stopTexts: readonly string[];
  /** The text of the prompt and what follows. */
  decode(ids: readonly number[]): string;
  /** Told of each piece of the text as soon as it is there to stay. */
  readonly onText?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A letter of which only part of the bytes is there. */
const unfinished = '\uFFFD';

/** Goes on with a text token by token. @param prompt its tokens, one at least */
export async function continueText(
  speaker: Speaker,
  prompt: readonly number[],
  options: ContinueOptions,
): Promise<Continuation> {
  const { sampling, newTokens, most = Number.POSITIVE_INFINITY, stopTokens } = options;
  const random = new Random(options.seed);
  const ids = [...prompt];
  const best: number[][] = [];
  let tokensRead = 0;
  const text = new GrowingText(prompt, options);
  const finish = (end: EndOfText): Continuation => ({
    text: text.finish(),
    tokens: ids.slice(prompt.length),
    end,
    tokensRead,
    best,
  });
  while (ids.length < prompt.length + newTokens) {
    if (ids.length >= most) return finish('full');
    options.signal?.throwIfAborted();
    tokensRead += ids.length;
    const rows = (await speaker.scores(ids)).map(([row]) => row!);
    const token = chooseToken(rows.at(-1)!, sampling, random);
    if (stopTokens.includes(token)) return finish('stop-token');
    best.push(rows.map(bestToken));
    ids.push(token);
    if (text.grow(ids)) return finish('stop-text');
  }
  return finish('enough');
}

/** What follows a prompt, told piece by piece. */
class GrowingText {
  readonly #options: ContinueOptions;
  readonly #before: number;
  #text = '';
  #told = 0;

  constructor(prompt: readonly number[], options: ContinueOptions) {
    this.#options = options;
    this.#before = options.decode(prompt).length;
  }

  /** @returns whether a text that ends it has come up */
  grow(ids: readonly number[]): boolean {
    const { stopTexts, decode } = this.#options;
    this.#text = decode(ids).slice(this.#before);
    const ends = stopTexts.map((stop) => this.#text.indexOf(stop)).filter((at) => at >= 0);
    if (ends.length > 0) this.#text = this.#text.slice(0, Math.min(...ends));
    else this.#tell(this.#settled());
    return ends.length > 0;
  }

  finish(): string {
    this.#tell(this.#text.length);
    return this.#text;
  }

  /** Letters that neither further bytes nor a text that ends it can take back. */
  #settled(): number {
    const { length } = this.#text;
    const open = this.#options.stopTexts.map((stop) => beginningAtEnd(this.#text, stop));
    return Math.min(length - Math.max(0, ...open), lastFinished(this.#text));
  }

  #tell(end: number): void {
    if (end <= this.#told) return;
    this.#options.onText?.(this.#text.slice(this.#told, end));
    this.#told = end;
  }
}

function lastFinished(text: string): number {
  let end = text.length;
  while (end > 0 && text[end - 1] === unfinished) end--;
  return end;
}

/** Letters at the end of a text with which another one may begin. */
function beginningAtEnd(text: string, other: string): number {
  for (let length = Math.min(other.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(other.slice(0, length))) return length;
  }
  return 0;
}
