import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../checkpoints/define-architecture.ts';
import { readCheckpointTensors } from '../files/read-checkpoint-tensors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sampleBatch } from '../sessions/sample-inputs.ts';
import { type Check, mustHold } from './check.ts';
import { requireName, requireTexts } from './requirements.ts';

/**
 * What must hold of every architecture, on a checkpoint of its kind: those of Transpike pass these checks, too.
 *
 * @param folder with config.json and safetensors
 */
export function architectureChecks(architecture: Architecture, folder: string): Check[] {
  const check = (name: string, run: (checkpoint: Checkpoint) => void | Promise<void>): Check => ({
    name: `${architecture.name} ${name}`,
    run: async () => run(await readCheckpoint(folder)),
  });
  return [
    check('says what it is', () => {
      requireName(architecture.name);
      requireTexts({ description: architecture.description });
    }),
    check('recognises its own checkpoints, and no others', ({ config, tensors }) => {
      const names = new Set(tensors.keys());
      mustHold(architecture.matches(config, names), () => `expected to recognise ${folder}`);
      for (const other of [undefined, null, 7, 'text', [], {}]) {
        mustHold(
          !architecture.matches(other, new Set()),
          () => 'expected to refuse a checkpoint without tensors',
        );
      }
    }),
    check('builds a network that runs, with the outputs that it says', (checkpoint) =>
      runs(architecture, checkpoint),
    ),
    check('names every tensor that is missing', ({ config, path, tensors }) => {
      for (const missing of tensors.keys()) {
        const left = new Map([...tensors].filter(([name]) => name !== missing));
        mustHold(
          refuses(architecture, config, path, left) || isUnused(architecture, config, path, tensors, missing),
          () => `expected to be told of '${missing}', which is missing`,
        );
      }
    }),
    check('refuses a tensor that it does not use', ({ config, path, tensors }) => {
      const [first] = tensors.values();
      const more = new Map([...tensors, ['conformance.surplus', first as Tensor] as const]);
      mustHold(
        refuses(architecture, config, path, more),
        () => "expected to be told of 'conformance.surplus', which nothing uses",
      );
    }),
  ];
}

interface Checkpoint {
  readonly config: unknown;
  /** Of config.json. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, 'config.json');
  const config: unknown = JSON.parse(await readFile(path, 'utf8'));
  return { config, path, tensors: await readCheckpointTensors(folder) };
}

async function runs(architecture: Architecture, { config, path, tensors }: Checkpoint): Promise<void> {
  const network = architecture.recognise(config, tensors, path);
  const { model, problems } = network.build();
  mustHold(problems.length === 0, () => `expected no problems, got ${problems.join('; ')}`);
  verifyModel(model, `architecture '${architecture.name}'`);
  const session = await OrtSession.create(model);
  const outputs = await session.run(sampleBatch(model)).finally(() => session.release());
  const shape = outputs.get('logits')?.shape;
  const wanted = [1, ...network.outputShape];
  mustHold(
    shape?.length === wanted.length &&
      wanted.every((length, i) => typeof length !== 'number' || length === shape[i]),
    () => `logits: expected shape [${wanted.join(', ')}], got [${shape?.join(', ')}]`,
  );
}

/** Whether something is said, by an error or among the problems. */
function refuses(
  architecture: Architecture,
  config: unknown,
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
): boolean {
  try {
    if (!architecture.matches(config, new Set(tensors.keys()))) return true;
    return architecture.recognise(config, tensors, path).build().problems.length > 0;
  } catch {
    return true;
  }
}

/** A tensor that the architecture lets be there without using it may be missing, too. */
function isUnused(
  architecture: Architecture,
  config: unknown,
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
): boolean {
  const { model } = architecture.recognise(config, tensors, path).build();
  const tensor = tensors.get(name);
  return ![...model.graph.initializers.values()].includes(tensor as Tensor);
}
