import { beforeEach, expect, test, vi } from 'vitest';

// As in a program that never imported the package's own entry.
beforeEach(() => vi.resetModules());

/** A module without anything in it: magic number and version. */
const empty = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

test('a module is read when it is first asked for, and compiled once', async () => {
  const { compiledModule, installModules } = await import('./web-assembly.ts');
  const read = vi.fn(() => empty);
  installModules(read);
  expect(read).not.toHaveBeenCalled();
  expect(compiledModule('kernels')).toBe(compiledModule('kernels'));
  expect(read.mock.calls).toEqual([['kernels']]);
});

test('a module of another build is refused, instead of being called with other arguments', async () => {
  const { exportsOf, installModules, webAssembly } = await import('./web-assembly.ts');
  installModules(() => empty);
  const memory = new webAssembly.Memory({ initial: 1 });
  expect(exportsOf('kernels', memory, {})).toEqual({});
  expect(() => exportsOf<{ burst(run: number): void }>('kernels', memory, { burst: 1 })).toThrow(
    'kernels.wasm: expected a compiled module, got functions of another build. Run',
  );
});

test('a module that is missing or damaged is named with what to do', async () => {
  const { compiledModule, installModules } = await import('./web-assembly.ts');
  expect(() => compiledModule('resample')).toThrow(
    "resample.wasm: expected a compiled module, got no module installed. Run 'npm run build' in a checkout; elsewhere import 'transpike', or call installModules.",
  );
  installModules(() => empty.subarray(0, 6));
  expect(() => compiledModule('resample')).toThrow(/resample\.wasm: expected a compiled module, got /);
});
