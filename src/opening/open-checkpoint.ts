import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { architectures } from '../architectures/architectures.ts';
import type { Architecture } from '../checkpoints/define-architecture.ts';
import { FormatError, listProblems, messageOf } from '../errors.ts';
import { readCheckpointTensors } from '../files/read-checkpoint-tensors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { withoutBatch } from '../graph/batch-axis.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { pictureSize } from '../images/picture-size.ts';

/** A network built from a checkpoint folder. */
export interface OpenedCheckpoint {
  /** The network: input `x` [batch, ...inputShape], output `logits`; its weights stay in their files. */
  readonly model: Model;
  /** Name of the architecture that recognised the checkpoint. */
  readonly architecture: string;
  /** config.json as it is. */
  readonly config: unknown;
  /** Shape of its first input behind the batch: channels, height and width of an image. */
  readonly inputShape: readonly Dimension[];
  /** Number of logits, or of features of an encoder without a classifier. */
  readonly numClasses: Dimension;
  /** Absolute path of config.json. */
  readonly configPath: string;
}

/**
 * Builds the network of a checkpoint folder: `config.json` beside safetensors files. Only headers are read.
 *
 * @param folder for example a downloaded Hugging Face repository
 * @throws FormatError if a file is missing or damaged, no architecture knows the tensors, or config and tensors do not
 *   fit together; the message then lists every tensor that is missing, unknown, or of a wrong shape or element type
 */
export async function openCheckpoint(folder: string): Promise<OpenedCheckpoint> {
  const configPath = join(resolve(folder), 'config.json');
  const [config, tensors] = await both(readConfig(configPath), readCheckpointTensors(folder), folder);
  const architecture = choose(folder, config, tensors);
  const pictures = await picturesOf(resolve(folder));
  const network = architecture.recognise(config, tensors, configPath, pictures);
  const { model, problems } = network.build();
  if (problems.length > 0) throw misfit(folder, architecture, problems);
  return {
    model,
    architecture: architecture.name,
    config,
    inputShape: withoutBatch(network.inputs[0]?.shape ?? []),
    numClasses: network.outputShape.at(-1),
    configPath,
  };
}

function misfit(folder: string, { name }: Architecture, problems: readonly string[]): FormatError {
  const heading = `${folder}: the tensors are not those of the '${name}' network in config.json. Use the config.json that belongs to the weights, or export the network as ONNX.`;
  return new FormatError(listProblems(heading, problems));
}

/** Waits for both, so that one message tells what is wrong with each. */
async function both<A, B>(first: Promise<A>, second: Promise<B>, folder: string): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  const reasons: unknown[] = [a, b].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (reasons.length === 1) throw reasons[0];
  throw new FormatError(listProblems(`${folder}: not a checkpoint folder.`, reasons.map(messageOf)));
}

/** Size of the pictures that the preprocessing beside the weights makes. */
async function picturesOf(folder: string): Promise<readonly [number, number] | undefined> {
  const path = join(folder, 'preprocessor_config.json');
  return existsSync(path) ? pictureSize(await readConfig(path)) : undefined;
}

async function readConfig(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readOrdinaryFile(path)).toString('utf8'));
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: 'the JSON that describes the network',
        got: messageOf(cause),
        remedy: 'Put the config.json of the model beside its weights',
      },
      { cause },
    );
  }
}

function choose(folder: string, config: unknown, tensors: ReadonlyMap<string, Tensor>): Architecture {
  const names = new Set(tensors.keys());
  const found = architectures.find((candidate) => candidate.matches(config, names));
  if (found) return found;
  const known = architectures.map(({ name, description }) => `${name}: ${description}`);
  const problem = new FormatError({
    where: folder,
    expected: 'the tensors of an architecture listed below',
    got: `${tensors.size} tensors such as ${[...names].slice(0, 3).join(', ')}${selfDescription(config)}`,
    remedy: 'Export the network as ONNX, which needs no architecture',
  });
  throw new FormatError(listProblems(problem.message, known));
}

function selfDescription(config: unknown): string {
  const fields = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  const own = ['architecture', 'architectures', 'model_type'].filter((key) => key in fields);
  if (own.length === 0) return '';
  return `; config.json says ${own.map((key) => `${key} ${JSON.stringify(fields[key])}`).join(', ')}`;
}
