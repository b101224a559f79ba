import { z } from 'zod';
import { FormatError, listProblems } from '../errors.ts';

/** Side of a sequence. */
export type Side = 'left' | 'right';

/** The files of a checkpoint that say how texts become tokens, as parsed JSON; those that are missing are undefined. */
export interface TokenizerFiles {
  /** `tokenizer.json` */
  readonly tokenizer: unknown;
  /** `tokenizer_config.json` */
  readonly tokenizerConfig?: unknown;
  /** `special_tokens_map.json` */
  readonly specialTokens?: unknown;
  /** `config.json` */
  readonly network?: unknown;
  /** `generation_config.json` */
  readonly generation?: unknown;
}

/** What is said of sequences beside the tokenizer itself. Plain data. */
export interface TokenizerSettings {
  /** Most tokens of a sequence, special ones included; undefined: nothing says it. */
  readonly maxLength?: number | undefined;
  readonly paddingSide: Side;
  readonly truncationSide: Side;
  /** Number of the token that fills sequences up. */
  readonly padding: number;
  /** Number of the token that a text begins with, where it has one. */
  readonly first?: number | undefined;
  /** Numbers of the tokens that end a text. */
  readonly stops: readonly number[];
  /** What the tokenizer itself wants to know. */
  readonly options: Readonly<Record<string, unknown>>;
}

const token = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);
const side = z.enum(['left', 'right']);
const tokenFields = {
  pad_token: token.nullish(),
  bos_token: token.nullish(),
  eos_token: token.nullish(),
  unk_token: token.nullish(),
};
const ids = z.union([z.int().transform((id) => [id]), z.array(z.int())]);

const tokenizerSchema = z.looseObject({
  model: z.looseObject({}),
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })).nullish(),
  padding: z.looseObject({ direction: z.string().nullish(), pad_id: z.int().nullish() }).nullish(),
  truncation: z.looseObject({ direction: z.string().nullish() }).nullish(),
});
const configSchema = z.looseObject({
  ...tokenFields,
  model_max_length: z.number().positive().nullish(),
  padding_side: side.nullish(),
  truncation_side: side.nullish(),
});
const specialSchema = z.looseObject(tokenFields);
/** Number of the token that fills rows up, in config.json; negative numbers stand for none. */
export const paddingNumber = z
  .int()
  .nullish()
  .transform((id) => (id !== null && id !== undefined && id >= 0 ? id : undefined));
const networkSchema = z.looseObject({
  model_type: z.string().nullish(),
  n_positions: z.int().positive().nullish(),
  max_position_embeddings: z.int().positive().nullish(),
  pad_token_id: paddingNumber,
  bos_token_id: ids.nullish(),
  eos_token_id: ids.nullish(),
});
const generationSchema = z.looseObject({ eos_token_id: ids.nullish() });

/** Networks that count their positions from behind the number of the padding. */
const countedFromPadding = /roberta|camembert|mpnet|longformer/;

/** What a tokenizer wants to know of its settings. */
const optionNames = [
  'additional_special_tokens',
  'remove_space',
  'do_lowercase_and_remove_accent',
  'target_lang',
];

/** Lengths from here on mean that there is none. */
const endless = 1e9;

/**
 * Gathers what the files of a checkpoint say of sequences.
 *
 * The padding is the `pad_token_id` of the network, which some look for, else the `pad_token` of the tokenizer, else the token that
 * ends a text. A sequence has at most `model_max_length` tokens, and no more than the network has positions.
 *
 * @param where the folder or file, for messages
 * @throws FormatError that lists all fields that are wrong
 */
export function tokenizerSettings(files: TokenizerFiles, where: string): TokenizerSettings {
  const { tokenizer, config, special, network, generation } = parse(files, where);
  const tokens = new Map(tokenizer.added_tokens?.map(({ id, content }) => [content, id]));
  const named = (key: keyof typeof tokenFields) => config[key] ?? special[key] ?? undefined;
  const idOf = (key: keyof typeof tokenFields) => {
    const name = named(key);
    return name === undefined ? undefined : (tokens.get(name) ?? idInVocabulary(tokenizer.model, name));
  };
  const end = idOf('eos_token');
  const stops = [
    ...(generation.eos_token_id ?? network.eos_token_id ?? []),
    ...(end === undefined ? [] : [end]),
  ];
  return {
    maxLength: shortest(config.model_max_length, positionsOf(network)),
    paddingSide: config.padding_side ?? sideOf(tokenizer.padding?.direction),
    truncationSide: config.truncation_side ?? sideOf(tokenizer.truncation?.direction),
    padding: network.pad_token_id ?? idOf('pad_token') ?? tokenizer.padding?.pad_id ?? stops[0] ?? 0,
    first: idOf('bos_token') ?? network.bos_token_id?.[0],
    stops: [...new Set(stops)],
    options: {
      ...Object.fromEntries(optionNames.flatMap((name) => (name in config ? [[name, config[name]]] : []))),
      ...Object.fromEntries(
        (Object.keys(tokenFields) as (keyof typeof tokenFields)[]).flatMap((key) => {
          const name = named(key);
          return name === undefined ? [] : [[key, name]];
        }),
      ),
    },
  };
}

function parse(files: TokenizerFiles, where: string) {
  const problems: string[] = [];
  const read = <T>(schema: z.ZodType<T>, value: unknown, file: string): T | undefined => {
    const parsed = schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    problems.push(
      ...parsed.error.issues.map(({ path, message }) => `${file}: '${path.join('.')}': ${message}`),
    );
    return undefined;
  };
  const tokenizer = read(tokenizerSchema, files.tokenizer, 'tokenizer.json');
  const config = read(configSchema, files.tokenizerConfig, 'tokenizer_config.json');
  const special = read(specialSchema, files.specialTokens, 'special_tokens_map.json');
  const network = read(networkSchema, files.network, 'config.json');
  const generation = read(generationSchema, files.generation, 'generation_config.json');
  if (tokenizer && config && special && network && generation)
    return { tokenizer, config, special, network, generation };
  throw new FormatError(
    listProblems(`${where}: not the files of a tokenizer. Mend or replace them:`, problems),
  );
}

function idInVocabulary(model: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const { vocab } = model;
  if (Array.isArray(vocab)) {
    const at = vocab.findIndex((entry: unknown) => Array.isArray(entry) && entry[0] === name);
    return at < 0 ? undefined : at;
  }
  const id =
    typeof vocab === 'object' && vocab !== null ? (vocab as Record<string, unknown>)[name] : undefined;
  return typeof id === 'number' ? id : undefined;
}

function positionsOf(network: z.infer<typeof networkSchema>): number | undefined {
  const positions = network.n_positions ?? network.max_position_embeddings ?? undefined;
  if (positions === undefined || !countedFromPadding.test(network.model_type ?? '')) return positions;
  return positions - (network.pad_token_id ?? 1) - 1;
}

function shortest(...lengths: readonly (number | null | undefined)[]): number | undefined {
  const known = lengths.filter((length) => typeof length === 'number' && length < endless);
  return known.length === 0 ? undefined : Math.min(...(known as number[]));
}

function sideOf(direction: string | null | undefined): Side {
  return direction?.toLowerCase() === 'left' ? 'left' : 'right';
}
