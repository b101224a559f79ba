// Fits the few-spikes codes of smooth activation functions and writes src/dynamics/few-spikes-tables.ts. Deterministic.
//   npm run fit:few-spikes && npx biome check --write src/dynamics/few-spikes-tables.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { activate, fitFewSpikes } from '#internals';

/** Inputs of activation functions crowd around 0; further out they matter less, but they occur. */
const weight = (x: number) => Math.exp((-x * x) / 8) + 0.02;
const range = { from: -8, to: 12 };
const steps = 12;

const tables: Record<string, object> = {};
for (const kind of ['gelu', 'silu', 'sigmoid'] as const) {
  const target = (x: number) => activate({ kind }, x);
  const runs = Array.from({ length: 5 }, (_, seed) =>
    fitFewSpikes({ target, weight, ...range, steps, price: 1e-5, trials: 60_000, seed }),
  );
  const best = runs.reduce((a, b) => (b.error + 1e-5 * b.spikes < a.error + 1e-5 * a.spikes ? b : a));
  console.log(
    kind,
    'root mean square error',
    Math.sqrt(best.error).toFixed(5),
    'spikes',
    best.spikes.toFixed(2),
  );
  // Numbers that float32 holds: all engines compare with the same ones.
  const rounded = (values: readonly number[]) => values.map(Math.fround);
  tables[`${kind}-${steps}`] = {
    activation: kind,
    thresholds: rounded(best.thresholds),
    resets: rounded(best.resets),
    worths: rounded(best.worths),
  };
}

const text = `// Written by scripts/fit-few-spikes.ts. Models name these codes: a new fit gets a new name.
import type { SmoothActivation } from '../analysis/activation.ts';

/** A few-spikes code of an activation function: T_k, h_k and d_k of each internal step. */
export interface FewSpikesCode {
  readonly activation: SmoothActivation;
  readonly thresholds: readonly number[];
  readonly resets: readonly number[];
  readonly worths: readonly number[];
}

/** Codes by name: the activation function and the number of internal steps. */
export const fewSpikesTables = ${JSON.stringify(tables, null, 2)} as const satisfies Record<string, FewSpikesCode>;

/** Name of a code. */
export type FewSpikesTableName = keyof typeof fewSpikesTables;
`;
writeFileSync(fileURLToPath(new URL('../src/dynamics/few-spikes-tables.ts', import.meta.url)), text);
