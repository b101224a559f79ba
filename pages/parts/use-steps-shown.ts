import { useEffect, useState } from 'preact/hooks';

/** Milliseconds between steps. */
const pace = 180;

/**
 * How many of an answer's steps are shown: one more at a time, or all at once where motion is not wanted.
 *
 * @param of what is played; a new one begins anew
 * @param steps how many steps it has
 * @param played whether to play it
 */
export function useStepsShown(of: unknown, steps: number, played: boolean): number {
  const still = !played || matchMedia('(prefers-reduced-motion: reduce)').matches;
  const [shown, setShown] = useState(steps);
  useEffect(() => {
    if (still) {
      setShown(steps);
      return;
    }
    setShown(1);
    const timer = setInterval(() => setShown((before) => Math.min(steps, before + 1)), pace);
    return () => clearInterval(timer);
  }, [of, steps, still]);
  return Math.min(shown, steps);
}
