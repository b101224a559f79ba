import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The Vision Transformer that comes with the package. */
export const bundledModel = fileURLToPath(new URL('../../models/glyphs-vit', import.meta.url));

/** Generated pictures it knows: no download, the same on every machine. */
export const bundledData = { evaluate: 'glyphs:test?size=2000', calibrate: 'glyphs:train?size=512' } as const;

/** The path of a network; or, where there is nothing, that of one that comes with the package by its name. */
export function modelAt(path: string): string {
  return bundledOr(path, 'models', '');
}

/** The path of a recipe; or, where there is nothing, that of one that comes with the package by its name. */
export function recipeAt(path: string): string {
  return bundledOr(path, 'recipes', '.json');
}

function bundledOr(path: string, folder: string, ending: string): string {
  if (!/^[\w-]+$/.test(path) || existsSync(path)) return path;
  const bundled = fileURLToPath(new URL(`../../${folder}/${path}${ending}`, import.meta.url));
  return existsSync(bundled) ? bundled : path;
}
