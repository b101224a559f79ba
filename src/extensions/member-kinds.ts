import { architectureCatalogue } from '../architectures/architectures.ts';
import type { Catalogue } from '../catalogue.ts';
import { datasetCatalogue } from '../datasets/dataset-kinds.ts';
import { deviceCatalogue } from '../energy/devices/devices.ts';
import { exporterCatalogue } from '../exporters/exporters.ts';
import { methodCatalogue } from '../methods/methods.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';
import { networkCatalogue } from '../training/networks/networks.ts';
import type { Extension } from './define-extension.ts';

/** What a facet has to be, as far as it can be told without using it. */
type FacetType = 'text' | 'number' | 'function' | 'list' | 'object' | 'schema';

/** A kind of member: where its members stand, and what each must have. */
interface MemberKind {
  // biome-ignore lint/suspicious/noExplicitAny: members are checked against the facets before they are added
  readonly catalogue: Catalogue<any>;
  readonly facets: Readonly<Record<string, FacetType>>;
}

/** Kinds of members by the name under which an extension lists them. Kernels are no members of their own. */
export const memberKinds: Readonly<
  Record<Exclude<keyof Extension, 'name' | 'version' | 'kernels'>, MemberKind>
> = {
  neurons: {
    catalogue: neuronCatalogue,
    facets: {
      name: 'text',
      summary: 'text',
      equations: 'text',
      paper: 'text',
      attributes: 'schema',
      parameters: 'list',
      state: 'list',
      coding: 'text',
      functionName: 'function',
      levels: 'function',
      step: 'function',
      decode: 'function',
      levelOf: 'function',
      lower: 'function',
    },
  },
  methods: {
    catalogue: methodCatalogue,
    facets: {
      name: 'text',
      summary: 'text',
      paper: 'text',
      passes: 'list',
      place: 'function',
      presets: 'object',
      defaultPreset: 'text',
    },
  },
  architectures: {
    catalogue: architectureCatalogue,
    facets: { name: 'text', description: 'text', matches: 'function', recognise: 'function' },
  },
  datasets: {
    catalogue: datasetCatalogue,
    facets: { name: 'text', summary: 'text', accepts: 'list', matches: 'function', open: 'function' },
  },
  devices: {
    catalogue: deviceCatalogue,
    facets: {
      name: 'text',
      title: 'text',
      summary: 'text',
      weightBits: 'number',
      activationBits: 'number',
      stateBits: 'number',
      figures: 'object',
    },
  },
  exporters: {
    catalogue: exporterCatalogue,
    facets: { name: 'text', summary: 'text', extension: 'text', make: 'function' },
  },
  networks: {
    catalogue: networkCatalogue,
    facets: {
      name: 'text',
      summary: 'text',
      settings: 'schema',
      architecture: 'object',
      initialise: 'function',
    },
  },
};

const tests: Readonly<Record<FacetType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  function: (value) => typeof value === 'function',
  list: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null,
  schema: (value) => typeof (value as { parse?: unknown } | null)?.parse === 'function',
};

const words: Readonly<Record<FacetType, string>> = {
  text: 'a text',
  number: 'a number',
  function: 'a function',
  list: 'a list',
  object: 'an object',
  schema: 'a zod schema',
};

/** What is missing or of another type in something that is to be a member, one line each. */
export function facetProblems(value: unknown, where: string, facets: MemberKind['facets']): string[] {
  if (typeof value !== 'object' || value === null)
    return [`${where}: expected an object, got ${typeof value}`];
  return Object.entries(facets).flatMap(([facet, type]) => {
    const given = (value as Record<string, unknown>)[facet];
    if (tests[type](given)) return [];
    return [
      `${where}: '${facet}': expected ${words[type]}, got ${given === undefined ? 'nothing' : typeof given}`,
    ];
  });
}
