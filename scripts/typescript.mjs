// Lets Node 20 run TypeScript: node --import ./scripts/typescript.mjs bench/engine.ts
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import typescript from 'typescript';

// Node runs the hook below in a thread of its own, which loads this file, too.
if (isMainThread) register(import.meta.url);

/** Module hook: erases types. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { ModuleKind, ScriptTarget, transpileModule } = typescript;
  const { outputText } = transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2023, inlineSourceMap: true },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
