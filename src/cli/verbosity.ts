/** How much is told beside results, warnings and errors. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

let chosen: Verbosity = 'normal';

/** What `--quiet` and `--verbose` have chosen; `normal` until then. */
export function verbosity(): Verbosity {
  return chosen;
}

/** Chooses for the rest of the process. */
export function chooseVerbosity(choice: Verbosity): void {
  chosen = choice;
}
