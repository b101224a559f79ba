/** One thing that must hold of a member; any test runner takes it. */
export interface Check {
  /** What holds, as the name of a test. */
  readonly name: string;
  /** @throws Error that says what does not hold */
  run(): Promise<void>;
}

/** @throws Error with the message unless the condition holds */
export function mustHold(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message());
}

/** @throws Error that names the first number that differs by more than a tolerance, relative to 1 and to itself */
export function requireClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  mustHold(
    got.length === expected.length,
    () => `${what}: expected ${expected.length} numbers, got ${got.length}`,
  );
  for (let i = 0; i < got.length; i++) {
    const [a, b] = [got[i]!, expected[i]!];
    mustHold(
      Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)),
      () => `${what}: number ${i}: expected ${b}, got ${a}`,
    );
  }
}
