import type { Phase, PhaseName } from '../../results/phase.ts';

/** Measures how long the phases of an evaluation take: each ends where the next one begins. */
export class PhaseClock {
  readonly #onPhase: ((name: PhaseName) => void) | undefined;
  readonly #phases: Phase[] = [];
  #current: { readonly name: PhaseName; readonly began: number } | undefined;

  /** @param onPhase told when a phase begins */
  constructor(onPhase?: (name: PhaseName) => void) {
    this.#onPhase = onPhase;
  }

  begin(name: PhaseName): void {
    this.#close();
    this.#current = { name, began: performance.now() };
    this.#onPhase?.(name);
  }

  /** Ends the last phase. @returns all of them */
  end(): readonly Phase[] {
    this.#close();
    return this.#phases;
  }

  #close(): void {
    if (!this.#current) return;
    const { name, began } = this.#current;
    this.#phases.push({ name, seconds: (performance.now() - began) / 1000 });
    this.#current = undefined;
  }
}
