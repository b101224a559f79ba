import type { ConversionRecord } from '../conversion/conversion-record.ts';
import type { Method } from '../methods/define-method.ts';
import { methods } from '../methods/methods.ts';

/** What helps a network, as sentences: only what its method has. */
export interface Advice {
  /** T, the step after which it was looked at. */
  readonly steps: number;
  /** Where sites lose too much of their signal. */
  readonly finer: string;
  /** Where values lie beyond what neurons can emit. */
  readonly wider: string;
  /** Where neurons cannot fire at all. */
  readonly mute: string;
}

/**
 * The advice for a network that came about in this way: other steps and presets where its method is finer with them.
 *
 * @param record absent for a network from elsewhere, of which only its steps are known
 */
export function adviceFor(
  record: Pick<ConversionRecord, 'method' | 'preset' | 'steps'> | undefined,
  steps: number,
): Advice {
  const tuned = record?.method === 'tune';
  const method = methods.find(({ name }) => name === record?.method);
  const moreSteps = method?.settlesAtOnce ? undefined : `more steps (T = ${2 * steps})`;
  const finer = tuned
    ? ['tuning for a higher energy', moreSteps]
    : [finestBeside(method, record?.preset), moreSteps, 'tuning, which spends spikes where they count'];
  const otherSteps =
    record && record.steps !== steps
      ? `converting it for T = ${steps} instead of ${record.steps}`
      : undefined;
  return {
    steps,
    finer: mayHelp([otherSteps, ...finer]),
    wider: mayHelp([otherSteps, 'more calibration images, 256 for example', moreSteps]),
    mute: tuned
      ? 'A tuned network may start its sites one after the other: run it for the steps that it was tuned for.'
      : mayHelp([otherSteps, moreSteps]),
  };
}

/** The finest preset of a method, for a network of another one. */
function finestBeside(method: Method | undefined, preset: string | undefined): string | undefined {
  return method?.finest === undefined || method.finest === preset ? undefined : `the preset ${method.finest}`;
}

function mayHelp(ways: readonly (string | undefined)[]): string {
  const [first, ...rest] = ways.filter((way) => way !== undefined);
  if (first === undefined) return 'Choose other thresholds.';
  const last = rest.pop();
  const all = last === undefined ? first : `${[first, ...rest].join(', ')} or ${last}`;
  return `What may help: ${all}.`;
}
