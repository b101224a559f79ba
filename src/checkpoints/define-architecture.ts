import type { z } from 'zod';
import { FormatError, listProblems } from '../errors.ts';
import { carryComplexOperators } from '../graph/complex-operators.ts';
import { type Dimension, Graph, type ValueInfo } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { outputName } from './classifiers.ts';
import { NetworkBuilder } from './network-builder.ts';
import { problemLine, type Report } from './problem-line.ts';

/** Name of the input of a network that reads images. */
export const inputName = 'x';

/** Opset of the networks built here: the first one with LayerNormalization as an operator of its own. */
const opset = 17;

/** The input of a network that reads images [channels, height, width]: `x`. */
export function imageInput(shape: readonly number[]): ValueInfo[] {
  return [{ name: inputName, dataType: 'float32', shape: ['batch', ...shape] }];
}

/**
 * Everything Transpike has to know to build a network from a checkpoint folder (config.json and safetensors).
 * `Config` is the part of config.json that is read; `Settings` is what the builder needs: sizes, names, variants.
 */
export interface ArchitectureDefinition<Config, Settings> {
  /** Kebab-case name, as messages and run records show it. */
  readonly name: string;
  /** One sentence: which networks, saved by which library. */
  readonly description: string;
  /** Whether a checkpoint is of this kind. Must not throw, whatever config.json holds. */
  matches(config: unknown, tensorNames: ReadonlySet<string>): boolean;
  /** The fields of config.json that are read. Unknown fields must be let through. */
  readonly config: z.ZodType<Config>;
  /**
   * Settings from config.json and the tensors' shapes. After a report, what it returns is not used.
   *
   * @param pictures height and width of the pictures that the preprocessing makes, if the checkpoint says so
   */
  parse(
    config: Config,
    tensors: ReadonlyMap<string, Tensor>,
    report: Report,
    pictures?: readonly [number, number],
  ): Settings;
  /** Names of tensors that may be there and are not used, for example a pooler that the classifier does not read. Default: none */
  unused?(settings: Settings): readonly RegExp[];
  /** What the network reads, the batch first and symbolic. */
  inputs(settings: Settings): ValueInfo[];
  /** Shape of `logits` behind the batch: [classes], or [features] of a network without a classifier. */
  outputShape(settings: Settings): Dimension[];
  /** Appends the network and names its output `logits`. Every tensor it asks for is checked; one it does not is refused. */
  build(settings: Settings, net: NetworkBuilder): void;
}

/** A network built from a checkpoint. */
export interface BuiltNetwork {
  readonly model: Model;
  /** Tensors that are missing, of another shape or not used, one line each. Unless empty, the model is not complete. */
  readonly problems: readonly string[];
}

/** A network that one architecture has recognised in a checkpoint, and how to build it. */
export interface RecognisedNetwork {
  readonly inputs: readonly ValueInfo[];
  readonly outputShape: readonly Dimension[];
  build(): BuiltNetwork;
}

/** An architecture whose types of config and settings are closed over, as the list of all architectures holds it. */
export interface Architecture {
  readonly name: string;
  readonly description: string;
  matches(config: unknown, tensorNames: ReadonlySet<string>): boolean;
  /**
   * Reads config.json and the tensors' shapes.
   *
   * @param configPath named in messages
   * @param pictures height and width of the pictures that the preprocessing makes, if the checkpoint says so
   * @throws FormatError that lists everything that is wrong with the configuration
   */
  recognise(
    config: unknown,
    tensors: ReadonlyMap<string, Tensor>,
    configPath: string,
    pictures?: readonly [number, number],
  ): RecognisedNetwork;
}

/** Makes an architecture from its facets; one that is forgotten does not compile. */
export function defineArchitecture<Config, Settings>(
  definition: ArchitectureDefinition<Config, Settings>,
): Architecture {
  return {
    name: definition.name,
    description: definition.description,
    matches: (config, tensorNames) => definition.matches(config, tensorNames),
    recognise(config, tensors, configPath, pictures) {
      const settings = readSettings(definition, config, tensors, configPath, pictures);
      return {
        inputs: definition.inputs(settings),
        outputShape: definition.outputShape(settings),
        build: () => buildNetwork(definition, settings, tensors),
      };
    },
  };
}

function buildNetwork<Config, Settings>(
  definition: ArchitectureDefinition<Config, Settings>,
  settings: Settings,
  tensors: ReadonlyMap<string, Tensor>,
): BuiltNetwork {
  const graph = new Graph(definition.name);
  graph.addInput(...definition.inputs(settings));
  const net = new NetworkBuilder(graph, tensors);
  definition.build(settings, net);
  graph.addOutput({
    name: outputName,
    dataType: 'float32',
    shape: ['batch', ...definition.outputShape(settings)],
  });
  const model = new Model(graph, opset);
  carryComplexOperators(model);
  return { model, problems: net.problems(definition.unused?.(settings) ?? []) };
}

function readSettings<Config, Settings>(
  definition: ArchitectureDefinition<Config, Settings>,
  config: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  configPath: string,
  pictures: readonly [number, number] | undefined,
): Settings {
  const heading = `${configPath}: cannot be read as a configuration of '${definition.name}'.`;
  const parsed = definition.config.safeParse(config);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path, message }) => `${path.length > 0 ? `'${path.join('.')}'` : 'the file'}: ${message}`,
    );
    throw new FormatError(listProblems(heading, lines));
  }
  const problems: string[] = [];
  const settings = definition.parse(
    parsed.data,
    tensors,
    (problem) => problems.push(problemLine(problem)),
    pictures,
  );
  if (problems.length > 0) throw new FormatError(listProblems(heading, problems));
  return settings;
}
