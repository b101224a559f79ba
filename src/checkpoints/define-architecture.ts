import type { z } from 'zod';
import { type ErrorParts, FormatError, listProblems } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { problemLine } from './problem-line.ts';
import type { WeightSource } from './weight-source.ts';

/** The tensors a checkpoint must have, and those it may have beside them. */
export interface ExpectedTensors {
  /** Shape by name. Every one must be there. */
  readonly required: ReadonlyMap<string, readonly number[]>;
  /** Names of tensors that may be there and are not used, for example a pooler that the classifier does not read. */
  readonly unused: readonly RegExp[];
}

/** Takes note of a problem in config.json or the tensors; all of them end up in one error. */
export type Report = (problem: ErrorParts) => void;

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
  /** Settings from config.json and the tensors' shapes. After a report, what it returns is not used. */
  parse(config: Config, tensors: ReadonlyMap<string, Tensor>, report: Report): Settings;
  /** The tensors that a network with these settings has. */
  expectedTensors(settings: Settings): ExpectedTensors;
  /** Shape of one input image: channels, height, width. */
  inputShape(settings: Settings): number[];
  /** Number of logits. */
  numClasses(settings: Settings): number;
  /**
   * The network: input `x` float32 [batch, channels, height, width], output `logits` float32 [batch, classes], the batch
   * symbolic. `weights` holds every required tensor in its expected shape.
   */
  build(settings: Settings, weights: WeightSource): Model;
}

/** A network that one architecture has recognised in a checkpoint: what it expects, and how to build it. */
export interface RecognisedNetwork {
  readonly expected: ExpectedTensors;
  readonly inputShape: number[];
  readonly numClasses: number;
  build(weights: WeightSource): Model;
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
   * @throws FormatError that lists everything that is wrong with the configuration
   */
  recognise(config: unknown, tensors: ReadonlyMap<string, Tensor>, configPath: string): RecognisedNetwork;
}

/** Makes an architecture from its facets; one that is forgotten does not compile. */
export function defineArchitecture<Config, Settings>(
  definition: ArchitectureDefinition<Config, Settings>,
): Architecture {
  return {
    name: definition.name,
    description: definition.description,
    matches: (config, tensorNames) => definition.matches(config, tensorNames),
    recognise(config, tensors, configPath) {
      const settings = readSettings(definition, config, tensors, configPath);
      return {
        expected: definition.expectedTensors(settings),
        inputShape: definition.inputShape(settings),
        numClasses: definition.numClasses(settings),
        build: (weights) => definition.build(settings, weights),
      };
    },
  };
}

function readSettings<Config, Settings>(
  definition: ArchitectureDefinition<Config, Settings>,
  config: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  configPath: string,
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
  const settings = definition.parse(parsed.data, tensors, (problem) => problems.push(problemLine(problem)));
  if (problems.length > 0) throw new FormatError(listProblems(heading, problems));
  return settings;
}
