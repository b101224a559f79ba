import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExtensionError, messageOf } from '../errors.ts';

/**
 * Loads extensions and adds their members to those of Transpike. Nothing is loaded that is not named here.
 *
 * @param named paths of modules (they begin with `.` or `/`, or end in .js, .mjs, .ts or .mts), or names of installed packages
 * @param from folder that paths and packages are looked for from. Default: the current one
 * @throws ExtensionError if one is not found, throws while it is loaded, or is not an extension
 *
 * @example
 * ```ts
 * import { methods, useExtensions } from 'transpike';
 *
 * const error = await useExtensions(['./no-such-module.js']).catch((thrown) => thrown);
 * console.log(error.name); // ExtensionError
 * ```
 */
export async function useExtensions(named: readonly string[], from = process.cwd()): Promise<void> {
  if (named.length === 0) return;
  // What members are added to is loaded with them: workers without extensions start sooner.
  const { registerExtension } = await import('./register-extension.ts');
  for (const each of named) {
    const path = pathOf(each, from);
    const module = await importModule(path, each);
    registerExtension(module.default, { path, hash: hashOf(path) });
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

async function importModule(path: string, named: string): Promise<{ default?: unknown }> {
  if (/^\.m?ts$/.test(extname(path)) && !stripsTypes()) {
    throw new ExtensionError({
      where: `extension '${named}'`,
      expected: `JavaScript, since Node.js ${process.versions.node} reads no TypeScript`,
      got: extname(path),
      remedy: 'Compile it, or use Node.js 22.18 or newer',
    });
  }
  try {
    return (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (cause) {
    throw new ExtensionError(
      {
        where: `extension '${named}' (${path})`,
        expected: 'a module that can be loaded',
        got: messageOf(cause),
        remedy: 'Run it with node alone to see more',
      },
      { cause },
    );
  }
}

/** Whether this Node.js reads TypeScript by itself. */
function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: string | false }).typescript);
}

function pathOf(named: string, from: string): string {
  const isPath = /^\.{0,2}\//.test(named) || isAbsolute(named) || /\.m?[jt]s$/.test(named);
  const path = isPath ? resolve(from, named) : packageEntry(named, resolve(from));
  if (path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  throw new ExtensionError({
    where: `extension '${named}'`,
    expected: isPath ? 'the file of a module' : 'an installed package, or a path that begins with ./',
    got: path === undefined || !existsSync(path) ? 'nothing there' : 'something else',
    remedy: isPath ? 'Check the path' : `Install it where the command runs: npm install ${named}`,
  });
}

/** The module that a package's name stands for, looked for as Node.js does: in node_modules here and in the folders above. */
function packageEntry(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', name);
    const manifest = join(home, 'package.json');
    if (existsSync(manifest)) {
      const { exports, main } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        exports?: unknown;
        main?: string;
      };
      return join(home, entryIn(exports) ?? main ?? 'index.js');
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** What `exports` of a manifest names for an import of the package itself. */
function entryIn(exports: unknown): string | undefined {
  if (typeof exports === 'string' || exports === undefined) return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const conditions = exports as Record<string, unknown>;
  return entryIn(conditions['.'] ?? conditions.import ?? conditions.node ?? conditions.default);
}
