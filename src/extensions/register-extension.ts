import type { ExtensionIdentity } from '../catalogue.ts';
import { ExtensionError, listProblems } from '../errors.ts';
import { addKernel } from '../kernels/kernels.ts';
import type { Extension } from './define-extension.ts';
import { facetProblems, memberKinds } from './member-kinds.ts';

/** An extension that is in use, and where it was loaded from. */
export interface UsedExtension extends ExtensionIdentity {
  /** Path of its module. */
  readonly path: string;
}

const used: UsedExtension[] = [];

/**
 * All extensions in use, in the order in which they were loaded.
 *
 * @example
 * ```ts
 * import { usedExtensions } from 'transpike';
 *
 * console.log(usedExtensions().length); // 0
 * ```
 */
export function usedExtensions(): readonly UsedExtension[] {
  return used;
}

type Kind = keyof typeof memberKinds;

const kinds = Object.keys(memberKinds) as Kind[];

/**
 * Adds the members of an extension: all of them, or none where something is wrong. One that is in use already is left alone.
 *
 * @param extension the default export of its module
 * @throws ExtensionError that lists everything that is wrong
 */
export function registerExtension(
  extension: unknown,
  { path, hash }: Pick<UsedExtension, 'path' | 'hash'>,
): void {
  requireExtension(extension, path);
  const { name, version } = extension;
  const same = used.find((each) => each.name === name);
  if (same?.hash === hash && same.version === version) return;
  const problems = same
    ? [`extension '${name}' is in use already, version ${same.version} from ${same.path}`]
    : [...memberProblems(extension), ...kernelProblems(extension)];
  if (problems.length > 0) {
    throw new ExtensionError(listProblems(`extension '${name}' (${path}): cannot be used.`, problems));
  }
  const identity = { name, version, hash };
  for (const kind of kinds)
    for (const member of extension[kind] ?? []) memberKinds[kind].catalogue.add(member, identity);
  for (const kernel of extension.kernels ?? []) addKernel(kernel);
  used.push({ ...identity, path });
}

function requireExtension(value: unknown, path: string): asserts value is Extension {
  const problems = facetProblems(value, 'default export', { name: 'text', version: 'text' });
  if (problems.length > 0) {
    throw new ExtensionError(
      listProblems(`${path}: not an extension. Export what defineExtension returns as default.`, problems),
    );
  }
  const known = new Set<string>(['name', 'version', 'kernels', ...kinds]);
  const foreign = Object.keys(value as object).filter((key) => !known.has(key));
  const lists = ['kernels' as const, ...kinds].filter((key) => {
    const given = (value as Extension)[key];
    return given !== undefined && !Array.isArray(given);
  });
  const wrong = [
    ...foreign.map((key) => `'${key}': expected one of ${[...known].join(', ')}, got an unknown name`),
    ...lists.map((key) => `'${key}': expected a list`),
  ];
  if (wrong.length === 0) return;
  const { name, version, ...members } = value as Extension;
  const readable = Object.fromEntries(Object.entries(members).filter(([, list]) => Array.isArray(list)));
  const others = { name, version, ...readable };
  const all = [...wrong, ...memberProblems(others), ...kernelProblems(others)];
  throw new ExtensionError(listProblems(`${path}: not an extension.`, all));
}

function memberProblems(extension: Extension): string[] {
  return kinds.flatMap((kind) => {
    const { catalogue, facets } = memberKinds[kind];
    const names = new Set<string>();
    return (extension[kind] ?? []).flatMap((member, i): string[] => {
      const name: unknown = (member as { name?: unknown } | null)?.name;
      const wrong = facetProblems(member, `${catalogue.kind} '${String(name ?? i + 1)}'`, facets);
      if (wrong.length > 0) return wrong;
      const refusal = names.has(String(name))
        ? `${catalogue.kind} '${name}': stands twice in the extension`
        : catalogue.refusalOf(member);
      names.add(String(name));
      return refusal ? [refusal] : [];
    });
  });
}

function kernelProblems({ kernels = [], neurons = [] }: Extension): string[] {
  return kernels.flatMap((kernel, i) => {
    const where = `kernel ${i + 1}`;
    const wrong = facetProblems(kernel, where, { neuron: 'text', run: 'function' });
    if (wrong.length > 0 || neurons.some(({ name }) => name === kernel.neuron)) return wrong;
    return [`${where}: expected the name of a neuron of this extension, got '${kernel.neuron}'`];
  });
}
