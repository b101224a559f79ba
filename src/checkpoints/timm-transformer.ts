import { activationNamed, activationNames, type PerceptronActivation } from './perceptron-activation.ts';
import type { Pooling } from './pooling.ts';
import type { Report } from './problem-line.ts';
import type { Tensors, TimmBlocks } from './timm-blocks.ts';
import { countNumbered, heightAndWidth, type TimmConfig, timmField, timmNumber } from './timm-config.ts';
import { timmHeadCount } from './timm-head-count.ts';
import type { PrefixTokens } from './vision-transformer.ts';

/** Sizes that config.json states beside the tensors must be theirs: else the two do not belong together. */
export function checkPatches(
  config: TimmConfig,
  embedDim: number,
  patchSize: readonly [number, number],
  report: Report,
  path = 'patch_embed.proj',
): void {
  const patch = timmField(config, 'patch_size');
  const stated = {
    embed_dim: { is: timmNumber(config, 'embed_dim'), found: embedDim },
    patch_size: { is: patch && heightAndWidth(patch).join('×'), found: patchSize.join('×') },
  };
  for (const [field, { is, found }] of Object.entries(stated)) {
    if (is === undefined || is === found) continue;
    report({
      where: `'${field}'`,
      expected: `${found}, as '${path}.weight' has it`,
      got: `${is}`,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
}

/** The tokens before those of the patches: class, distillation, registers. */
export function timmPrefix(config: TimmConfig, tensors: Tensors): PrefixTokens[] {
  const prefix: PrefixTokens[] = [];
  if (timmField(config, 'class_token') ?? tensors.has('cls_token'))
    prefix.push({ name: 'cls_token', count: 1 });
  if (tensors.has('dist_token')) prefix.push({ name: 'dist_token', count: 1 });
  const registers = tensors.get('reg_token');
  if (registers) prefix.push({ name: 'reg_token', count: registers.shape[1] ?? 1 });
  return prefix;
}

/** The number of attention heads, from config.json or the name of the network. */
export function timmHeads(config: TimmConfig, embedDim: number, report: Report): number {
  const heads = timmNumber(config, 'num_heads') ?? timmHeadCount(config.architecture ?? '', embedDim);
  if (heads !== undefined && embedDim % heads === 0) return heads;
  report({
    where: "'num_heads'",
    expected: `the number of attention heads, a divisor of ${embedDim}`,
    got:
      heads === undefined ? `none, and no known size in the name '${config.architecture ?? ''}'` : `${heads}`,
    remedy: 'Add "num_heads" to config.json: the weights do not tell it',
  });
  return 1;
}

/** The activation function inside the perceptrons, from config.json or the name of the network. */
export function timmActivation(config: TimmConfig, report: Report): PerceptronActivation {
  const stated = timmField(config, 'act') ?? timmField(config, 'act_layer');
  const name = stated ?? defaultActivation(config.architecture ?? '');
  const known = activationNamed(name);
  if (known) return known;
  report({
    where: "'act'",
    expected: `one of ${activationNames.join(', ')}`,
    got: `'${name}'`,
    remedy: 'A network with another activation function comes in as ONNX',
  });
  return 'gelu';
}

function defaultActivation(architecture: string): string {
  if (architecture.includes('quickgelu')) return 'quick_gelu';
  return architecture.includes('so400m') ? 'gelu_tanh' : 'gelu';
}

/** The number of blocks: as config.json says, else as the tensors are numbered. */
export function timmDepth(config: TimmConfig, tensors: Tensors): number {
  return timmNumber(config, 'depth') ?? Math.max(1, countNumbered(tensors.keys(), 'blocks'));
}

/** What the classifier reads, from config.json, else from the tensors. */
export function timmPooling(
  config: TimmConfig,
  tensors: Tensors,
  prefix: readonly PrefixTokens[],
  blocks: TimmBlocks,
  report: Report,
): Pooling {
  const hasClassToken = prefix[0]?.name === 'cls_token';
  const kind = timmField(config, 'global_pool') ?? defaultPooling(config, tensors, hasClassToken);
  if (kind === 'avg')
    return { kind: 'mean', includePrefix: timmField(config, 'pool_include_prefix') ?? false };
  if (kind === 'map' && tensors.has('attn_pool.latent'))
    return { kind: 'attention', by: blocks.attentionPooling() };
  if (kind !== 'token' || !hasClassToken) {
    report({
      where: "'global_pool'",
      expected: hasClassToken ? "'token' or 'avg'" : "'avg', as there is no class token",
      got: `'${kind}'`,
      remedy: 'A network with another pooling comes in as ONNX',
    });
  }
  return { kind: 'token' };
}

/** Where config.json is silent: only averaging networks move their last norm behind the pooling, or have no class token. */
function defaultPooling({ architecture }: TimmConfig, tensors: Tensors, hasClassToken: boolean): string {
  if (tensors.has('attn_pool.latent')) return 'map';
  const normAfterPooling = tensors.has('fc_norm.weight') && !tensors.has('norm.weight');
  return normAfterPooling || !hasClassToken || architecture?.includes('_gap_') ? 'avg' : 'token';
}
