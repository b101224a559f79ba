import { mustHold } from './check.ts';

/** @throws Error unless the name can be given on a command line */
export function requireName(name: string): void {
  mustHold(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name), () => `expected a name in kebab case, got '${name}'`);
}

/** @throws Error unless all texts say something */
export function requireTexts(texts: Readonly<Record<string, string>>): void {
  for (const [facet, text] of Object.entries(texts)) {
    mustHold(text.trim().length > 3, () => `expected a few words as '${facet}', got '${text}'`);
  }
}
