import { openEvents } from '../files/events/open-events.ts';
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
    console.log(json ? JSON.stringify(documentOf(answer)) : lineOf(answer));
  }
  for (const { text } of file.notes()) mention(text);
}

function lineOf({ from, to, events, whole, best, latency }: IntervalAnswer): string {
  const time = `${from.toFixed(3)}–${to.toFixed(3)} s`;
  const said = `${best.className ?? `class ${best.label}`} (${(100 * best.share).toFixed(1)} %)`;
  const cut = whole ? '' : ', cut short';
  return `${time}: ${said}; ${events} events${cut}, answered in ${latency.toFixed(1)} ms`;
}

function documentOf({ outputs, ...facts }: IntervalAnswer): object {
  const arrays = [...outputs].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
  return { ...facts, outputs: Object.fromEntries(arrays) };
}
