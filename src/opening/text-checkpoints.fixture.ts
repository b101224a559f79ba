import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointTensors } from '../checkpoints/checkpoint-tensors.fixture.ts';
import { writeSafetensors } from '../files/write-safetensors.ts';

/** Words of the tiny encoder, by their numbers; those with `##` go on with a word. */
export const encoderWords = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]'],
  ...['a', 'good', 'bad', 'film', 'the', 'was', 'not', 'very', 'play', '##ed', '##ing', '!', '.'],
];

const special = (id: number, content: string) => ({
  id,
  content,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** tokenizer.json of the tiny encoder: whole words and their ends. */
const encoderTokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [0, 1, 2, 3].map((id) => special(id, encoderWords[id]!)),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
      { Sequence: { id: 'B', type_id: 1 } },
      { SpecialToken: { id: '[SEP]', type_id: 1 } },
    ],
    special_tokens: {},
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(encoderWords.map((word, i) => [word, i])),
  },
};

/** Letters of the tiny decoder, as its vocabulary has them: a blank is `Ġ`, the end of a line `Ċ`. */
const letters = [...'abcdefghijklmnopqrstuvwxyz.,!ĠĊ'];

/** Tokens of the tiny decoder, by their numbers. */
export const decoderTokens = [...letters, 'th', 'the', 'Ġthe', '<|endoftext|>'];

/** tokenizer.json of the tiny decoder: letters, joined by rules. */
const decoderTokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [special(decoderTokens.length - 1, '<|endoftext|>')],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    vocab: Object.fromEntries(decoderTokens.slice(0, -1).map((token, i) => [token, i])),
    merges: ['t h', 'th e', 'Ġ the'],
  },
};

const [width, positions] = [16, 24];

/** Saves a tiny BERT for classes and its tokenizer as a checkpoint folder. @returns the folder */
export async function saveEncoder(
  folder: string,
  labels: readonly string[] = ['bad', 'good'],
): Promise<string> {
  const layer = 'bert.encoder.layer.0';
  const pair = (path: string, outputs: number, inputs: number) => ({
    [`${path}.weight`]: [outputs, inputs],
    [`${path}.bias`]: [outputs],
  });
  const norm = (path: string) => ({ [`${path}.weight`]: [width], [`${path}.bias`]: [width] });
  const shapes = {
    'bert.embeddings.word_embeddings.weight': [encoderWords.length, width],
    'bert.embeddings.position_embeddings.weight': [positions, width],
    'bert.embeddings.token_type_embeddings.weight': [2, width],
    ...norm('bert.embeddings.LayerNorm'),
    ...pair(`${layer}.attention.self.query`, width, width),
    ...pair(`${layer}.attention.self.key`, width, width),
    ...pair(`${layer}.attention.self.value`, width, width),
    ...pair(`${layer}.attention.output.dense`, width, width),
    ...norm(`${layer}.attention.output.LayerNorm`),
    ...pair(`${layer}.intermediate.dense`, 2 * width, width),
    ...pair(`${layer}.output.dense`, width, 2 * width),
    ...norm(`${layer}.output.LayerNorm`),
    ...pair('bert.pooler.dense', width, width),
    ...pair('classifier', labels.length, width),
  };
  return save(folder, shapes, encoderTokenizer, {
    config: {
      model_type: 'bert',
      vocab_size: encoderWords.length,
      hidden_size: width,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      intermediate_size: 2 * width,
      max_position_embeddings: positions,
      type_vocab_size: 2,
      pad_token_id: 0,
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    },
    tokenizerConfig: { model_max_length: 12, pad_token: '[PAD]', truncation_side: 'right' },
  });
}

/** Saves a tiny GPT-2 and its tokenizer as a checkpoint folder. @returns the folder */
export async function saveDecoder(folder: string): Promise<string> {
  return saveGpt2(folder, {}, { architectures: ['GPT2LMHeadModel'] });
}

/** Saves a tiny GPT-2 that tells two classes by the last token. @returns the folder */
export async function saveClassifier(folder: string): Promise<string> {
  const head = { 'score.weight': [2, width] };
  return saveGpt2(folder, head, { architectures: ['GPT2ForSequenceClassification'], num_labels: 2 });
}

async function saveGpt2(
  folder: string,
  head: Readonly<Record<string, readonly number[]>>,
  settings: object,
): Promise<string> {
  const pair = (path: string, inputs: number, outputs: number) => ({
    [`${path}.weight`]: [inputs, outputs],
    [`${path}.bias`]: [outputs],
  });
  const norm = (path: string) => ({ [`${path}.weight`]: [width], [`${path}.bias`]: [width] });
  const block = 'transformer.h.0';
  const shapes = {
    'transformer.wte.weight': [decoderTokens.length, width],
    'transformer.wpe.weight': [positions, width],
    ...norm(`${block}.ln_1`),
    ...pair(`${block}.attn.c_attn`, width, 3 * width),
    ...pair(`${block}.attn.c_proj`, width, width),
    ...norm(`${block}.ln_2`),
    ...pair(`${block}.mlp.c_fc`, width, 4 * width),
    ...pair(`${block}.mlp.c_proj`, 4 * width, width),
    ...norm('transformer.ln_f'),
    ...head,
  };
  const end = decoderTokens.length - 1;
  return save(folder, shapes, decoderTokenizer, {
    config: {
      model_type: 'gpt2',
      ...settings,
      vocab_size: decoderTokens.length,
      n_positions: positions,
      n_embd: width,
      n_layer: 1,
      n_head: 2,
      bos_token_id: end,
      eos_token_id: end,
    },
    tokenizerConfig: { model_max_length: 1024, eos_token: '<|endoftext|>' },
  });
}

async function save(
  folder: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  tokenizer: unknown,
  { config, tokenizerConfig }: { readonly config: unknown; readonly tokenizerConfig: unknown },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const json = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
  await json('config.json', config);
  await json('tokenizer.json', tokenizer);
  await json('tokenizer_config.json', tokenizerConfig);
  await writeSafetensors(join(folder, 'model.safetensors'), checkpointTensors(shapes));
  return folder;
}
