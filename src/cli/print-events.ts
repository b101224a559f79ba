import { openEvents } from '../files/events/open-events.ts';
import type { SensorSize } from '../formats/events/events.ts';
import { type IntervalAnswer, type RunEventsSettings, runEvents } from '../jobs/events/run-events.ts';
import { refuseIdle } from '../jobs/refuse-idle.ts';
import type { RunNetworkSettings } from '../jobs/run-network.ts';
import type { Network } from '../opening/open-network.ts';
import { mention } from './mention.ts';

interface EventsRun extends Partial<RunNetworkSettings>, Pick<RunEventsSettings, 'milliseconds'> {
  readonly events: string;
  readonly json?: boolean | undefined;
}

/** What of `run` makes no sense for a stream of events. */
const idle = [
  'precision',
  'engine',
  'stream',
  'stateIn',
  'stateOut',
  'synapses',
  'batchSize',
  'memoryMB',
  'exitConfidence',
  'spikes',
  'spikesAs',
  'force',
] as const;

/** Prints what a network says at the end of every interval of a recording, as it comes. */
export async function printEvents(network: Network, settings: EventsRun): Promise<void> {
  const { events, json, steps, milliseconds } = settings;
  const given = { ...settings, input: settings.input || undefined, output: settings.output || undefined };
  refuseIdle('a recording of events', given, ['input', 'output', ...idle], {
    because: 'where answers are printed as the events come',
  });
  const file = await openEvents(events);
  for await (const answer of runEvents(network, file, { steps, milliseconds })) {
    console.log(json ? JSON.stringify(documentOf(answer)) : lineOf(answer, file));
  }
  for (const { text } of file.notes()) mention(text);
}

function lineOf(answer: IntervalAnswer, size: SensorSize): string {
  const { from, to, events, whole, latency } = answer;
  const time = `${from.toFixed(3)}–${to.toFixed(3)} s`;
  const cut = whole ? '' : ', cut short';
  return `${time}: ${saidBy(answer, size)}; ${events} events${cut}, answered in ${latency.toFixed(1)} ms`;
}

/** A class, or boxes with their corners in pixels. */
function saidBy({ best, boxes }: IntervalAnswer, { width, height }: SensorSize): string {
  const named = (label: number, share: number, className = `class ${label}`) =>
    `${className} (${(100 * share).toFixed(1)} %)`;
  if (!boxes) return named(best.label, best.share, best.className);
  const described = boxes.map(({ box: [left, top, right, bottom], class: label, score, className }) => {
    const corners = [left * width, top * height, right * width, bottom * height].map(Math.round);
    return `${named(label, score, className)} [${corners.join(', ')}]`;
  });
  return described.length > 0 ? described.join(', ') : 'nothing seen';
}

function documentOf({ outputs, ...facts }: IntervalAnswer): object {
  const arrays = [...outputs].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
  return { ...facts, outputs: Object.fromEntries(arrays) };
}
