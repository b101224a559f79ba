import { availableParallelism } from 'node:os';
import { givesNextTokens } from '../analysis/gives-next-tokens.ts';
import { tokenInputs } from '../analysis/token-inputs.ts';
import { type EngineName, engines, type Synapses } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import { type Means, UsageError } from '../errors.ts';
import { bestToken, type Sampling } from '../generation/choose-token.ts';
import {
  type Continuation,
  type ContinueOptions,
  continueText,
  type EndOfText,
} from '../generation/continue-text.ts';
import { type Speaker, type SpeakerInputs, sourceSpeaker, spikingSpeaker } from '../generation/speaker.ts';
import type { Network } from '../opening/open-network.ts';
import { type SpikingNetwork, spikingNetwork } from '../spiking/network-kind.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { firstTokens } from '../text/first-tokens.ts';
import { paddingToken } from '../text/padding-token.ts';
import { makeTokenizer, type TextTokenizer } from '../text/text-tokenizer.ts';
import type { JobListener } from './notice.ts';
import { refuseIdle } from './refuse-idle.ts';
import { tellOtherSteps } from './tell-other-steps.ts';

/** How to go on with a text. */
export interface GenerateSettings extends JobListener {
  /** Most tokens to add. Default 50. */
  readonly newTokens?: number | undefined;
  /** Scores are divided by it before a token is drawn; 0: always the best token. Default 0. */
  readonly temperature?: number | undefined;
  /** Draw among so many of the best tokens. Default: all. */
  readonly topK?: number | undefined;
  /** Draw among the fewest of the best tokens whose probabilities add up to this, in (0, 1]. Default: all. */
  readonly topP?: number | undefined;
  /** Seed of the draws, which source and spiking network share. Default 0. */
  readonly seed?: number | undefined;
  /** Texts that end the text beside the tokens that do. Default: none. */
  readonly stop?: readonly string[] | undefined;
  /** Time-steps T; default: what the model was converted for. */
  readonly steps?: number | undefined;
  /** Whether the source network goes on with the prompt, too. Default true. */
  readonly source?: boolean | undefined;
  /** Default `fast`. */
  readonly engine?: EngineName | undefined;
  /** Numbers that weights are kept in. Default `float32`. */
  readonly synapses?: Synapses | undefined;
  /** Bound of the memory for activations, in MB (fast engine only). */
  readonly memoryMB?: number | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  /** Stops before the next token: the job then throws the reason of the abortion. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each piece of text as soon as it is there; the spiking network speaks first. */
  readonly onText?:
    | ((piece: { readonly of: 'spiking' | 'source'; readonly text: string }) => void)
    | undefined;
}

/** What one network says, and how long it took. */
export interface SpokenText {
  /** What follows the prompt. */
  readonly text: string;
  /** Numbers of its tokens. */
  readonly tokens: readonly number[];
  readonly end: EndOfText;
  /** Tokens that the network read: all of the text anew for each token that it chose. */
  readonly tokensRead: number;
  /** Seconds a token. */
  readonly secondsPerToken: number;
}

/** How a text goes on. */
export interface GeneratedText {
  readonly prompt: string;
  /** Tokens of the prompt, those included that every text begins with. */
  readonly promptTokens: readonly number[];
  /** Time-steps T. */
  readonly steps: number;
  readonly spiking: SpokenText;
  /** Absent where it was not wanted. */
  readonly source?: SpokenText;
  /**
   * Share of the tokens of the spiking network's text at which its best token after each time-step is the source network's best one behind the same text;
   * null where no token was added. Absent without the source network.
   */
  readonly agreement?: readonly number[] | null;
}

/**
 * Goes on with a text by a spiking decoder, and by its source network beside it. Every token takes a run over the whole text: nothing is kept from one
 * to the next, so that n tokens cost as much as reading n texts of up to that length.
 *
 * @throws RuntimeError if the network does not spike; UsageError if it does not say next tokens or has no tokenizer, the prompt is too long, or settings
 * are out of range or do nothing
 *
 * @example
 * ```ts
 * import { convertNetwork, generateText, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('gpt2/'), { calibration: 'story.txt' });
 * const { spiking, source } = await generateText(network, 'the dog', { newTokens: 4 });
 * console.log(spiking.tokens.length, source?.end); // 4 enough
 * ```
 */
export async function generateText(
  network: Network,
  prompt: string,
  settings: GenerateSettings = {},
): Promise<GeneratedText> {
  const { newTokens = 50, seed = 0, stop = [], steps, onText, signal } = settings;
  const spiking = spikingNetwork(network.spiking ? network : network.model);
  const sampling = samplingOf(settings);
  const { tokenizer, inputs } = speaking(network);
  const { stops: stopTokens } = tokenizer.settings;
  const promptTokens = [...firstTokens(tokenizer), ...tokenizer.tokens(prompt)];
  const most = mostTokens(tokenizer, inputs);
  requireRoom(network, promptTokens, most);
  const decode = (ids: readonly number[]) => tokenizer.decode(ids);
  const common = { sampling, seed, newTokens, most, stopTokens, stopTexts: stop, decode, signal };
  const speak = (of: 'spiking' | 'source', speaker: Speaker) =>
    timed(speaker, promptTokens, { ...common, onText: (text) => onText?.({ of, text }) });
  const speaks = { inputs, padding: paddingToken(inputs, tokenizer), most };
  const plan = { ...settings, steps: steps ?? spiking.steps };
  tellOtherSteps(network, plan.steps, settings);
  const spoken = await speakSpiking(spiking, speaks, plan, (speaker) => speak('spiking', speaker));
  const beside =
    settings.source === false
      ? undefined
      : await besideIt(spiking, speaks, plan, promptTokens, spoken, (speaker) => speak('source', speaker));
  return {
    prompt,
    promptTokens,
    steps: plan.steps,
    spiking: shown(spoken),
    ...(beside && { source: shown(beside.source), agreement: beside.agreement }),
  };
}

/** A continuation with its time. */
interface Timed extends Continuation {
  readonly seconds: number;
}

async function timed(speaker: Speaker, prompt: readonly number[], options: ContinueOptions): Promise<Timed> {
  const begin = performance.now();
  const continuation = await continueText(speaker, prompt, options);
  return { ...continuation, seconds: (performance.now() - begin) / 1000 };
}

function shown({ text, tokens, end, tokensRead, seconds }: Timed): SpokenText {
  return { text, tokens, end, tokensRead, secondsPerToken: seconds / Math.max(1, tokens.length) };
}

type RunSettings = GenerateSettings & { readonly steps: number };

async function speakSpiking(
  network: SpikingNetwork,
  inputs: SpeakerInputs,
  { steps, engine = 'fast', synapses = 'float32', memoryMB, threads = availableParallelism() }: RunSettings,
  speak: (speaker: Speaker) => Promise<Timed>,
): Promise<Timed> {
  const running = await engines[engine](planRun(network, { steps }), { threads, memoryMB, synapses });
  const speaker = spikingSpeaker(running, inputs);
  return speak(speaker).finally(() => speaker.close());
}

/** What the source network says to the prompt, and how often it would have said what the spiking network says. */
async function besideIt(
  { model }: SpikingNetwork,
  inputs: SpeakerInputs,
  { steps, threads = availableParallelism() }: RunSettings,
  prompt: readonly number[],
  spoken: Continuation,
  speak: (speaker: Speaker) => Promise<Timed>,
) {
  const speaker = await sourceSpeaker(toSourceForm(model), inputs, threads);
  try {
    const source = await speak(speaker);
    const { best } = spoken;
    if (best.length === 0) return { source, agreement: null };
    const whole = [...prompt, ...spoken.tokens.slice(0, -1)];
    const [rows = []] = await speaker.scores(whole, prompt.length - 1);
    const right = rows.map(bestToken);
    const agreement = Array.from({ length: steps }, (_, t) => {
      return best.filter((tokens, i) => tokens[t] === right[i]).length / best.length;
    });
    return { source, agreement };
  } finally {
    await speaker.close();
  }
}

function samplingOf(settings: GenerateSettings): Sampling {
  const { temperature = 0, topK, topP } = settings;
  if (temperature === 0) {
    refuseIdle('generate', settings, ['topK', 'topP', 'seed'], {
      because: 'where the best token is taken every time',
      remedy: 'Give a temperature above 0, too, or leave that out',
    });
  }
  requireInRange(settings);
  return { temperature, topK, topP };
}

/** @throws UsageError that says all settings that are out of range */
function requireInRange({ newTokens = 1, temperature = 0, topK = 1, topP = 1 }: GenerateSettings): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  const checks: readonly (readonly [Means, number, boolean, string])[] = [
    ['newTokens', newTokens, isCount(newTokens), 'a whole number from 1 on'],
    [
      'temperature',
      temperature,
      temperature >= 0 && temperature < Number.POSITIVE_INFINITY,
      'a number from 0 on',
    ],
    ['topK', topK, isCount(topK), 'a whole number from 1 on'],
    ['topP', topP, topP > 0 && topP <= 1, 'a number above 0 and at most 1'],
  ];
  const wrong = checks.filter(([, , isRight]) => !isRight);
  if (wrong.length === 0) return;
  throw new UsageError({
    where: 'generate',
    expected: wrong.map(([name, , , wanted]) => `${name} as ${wanted}`).join(', '),
    got: wrong.map(([, value]) => String(value)).join(', '),
    remedy: 'Give numbers in these ranges',
    means: wrong.map(([name]) => name),
  });
}

function speaking(network: Network) {
  const inputs = tokenInputs(network.model.graph);
  if (inputs && givesNextTokens(network.model) && network.tokenizer)
    return { inputs, tokenizer: makeTokenizer(network.tokenizer, network.path) };
  const speaks = inputs && givesNextTokens(network.model);
  throw new UsageError({
    where: network.path,
    expected: 'a network that says the next token at every token, and its tokenizer',
    got: speaks
      ? 'no tokenizer in the model, and no tokenizer.json beside it'
      : 'a network with other outputs',
    remedy: speaks ? 'Give the folder with its tokenizer.json' : 'Give a decoder, such as GPT-2 or Llama',
    ...(speaks && { means: ['tokenizer'] }),
  });
}

/** The most tokens of a text that the network takes. */
function mostTokens({ settings: { maxLength } }: TextTokenizer, { ids }: SpeakerInputs['inputs']): number {
  const fixed = ids.shape?.[1];
  return Math.min(
    maxLength ?? Number.POSITIVE_INFINITY,
    typeof fixed === 'number' ? fixed : Number.POSITIVE_INFINITY,
  );
}

function requireRoom({ path }: Network, prompt: readonly number[], most: number): void {
  if (prompt.length > 0 && prompt.length < most) return;
  throw new UsageError({
    where: `prompt for ${path}`,
    expected: `a text of ${prompt.length === 0 ? 'at least one token' : `fewer than ${most} tokens, which the network takes`}`,
    got: `${prompt.length} tokens`,
    remedy: prompt.length === 0 ? 'Give a text to go on with' : 'Give a shorter text',
  });
}
