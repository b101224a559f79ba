import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GeneratedRecording } from '../../../bench/generated-recording.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import { runStream } from '../../engines/stream.ts';
import { binEvents } from '../../events/bin-events.ts';
import { EventNotes } from '../../formats/events/event-notes.ts';
import type { Events, SensorSize } from '../../formats/events/events.ts';
import { propheseeDat } from '../../formats/events/prophesee-dat.ts';
import { tidyEvents } from '../../formats/events/tidy-events.ts';
import { toHybridForm } from '../../hybrid/to-hybrid-form.ts';
import { lookUp } from '../../look-up.ts';
import type { Network } from '../../opening/open-network.ts';
import { Random } from '../../random.ts';
import { networkKind } from '../../spiking/network-kind.ts';
import { eventHybridNetwork } from '../../training/networks/event-hybrid.ts';
import { runEvents } from './run-events.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const interval = 2;

function networkFor({ width, height }: SensorSize, milliseconds: number, border = 2): Network {
  const settings = eventHybridNetwork.settings.parse({
    kind: 'event-hybrid',
    stages: [[4], [4]],
    hidden: [],
    interval,
    border,
  });
  const shape = { channels: 2, height, width, classes: 3 };
  const { tensors, config } = eventHybridNetwork.initialise(settings, shape, new Random(1));
  const { model } = eventHybridNetwork.architecture.recognise(config, tensors, 'config.json').build();
  const hybrid = toHybridForm(model, interval, milliseconds);
  const facts = { name: 'h', path: 'hybrid', origin: 'event-hybrid', fingerprint: '' };
  const classNames = ['cat', 'dog', 'eel'];
  return { ...facts, classNames, inputShape: ['T', 2, height, width], ...networkKind(hybrid) };
}

function randomEvents(count: number, { width, height }: SensorSize): Events {
  const random = new Random(5);
  const draw = (most: number) => Array.from({ length: count }, () => random.integer(most));
  return {
    t: Float64Array.from({ length: count }, (_, i) => 1000 + i * 10),
    x: Uint16Array.from(draw(width)),
    y: Uint16Array.from(draw(height)),
    p: Uint8Array.from(draw(2)),
  };
}

describe('a stream of events through a network', () => {
  it('is answered at the end of each interval as the same frames are', async () => {
    const size = { width: 12, height: 10 };
    const events = randomEvents(3500, size);
    const network = networkFor(size, 5);
    const answers = [];
    for await (const each of runEvents(network, { path: 'made', ...size, chunks: () => [events] }))
      answers.push(each);
    expect(answers.map(({ from, to, whole }) => [from, to, whole])).toEqual([
      [0, 0.01, true],
      [0.01, 0.02, true],
      [0.02, 0.03, true],
      [0.03, 0.04, false],
    ]);
    expect(answers.map((each) => each.events)).toEqual([1000, 1000, 1000, 500]);
    const frames = binEvents(events, { ...size, steps: 8, start: 1000, duration: 40_000 });
    const oracle = await createOracleEngine(planRun(network.model, { stream: 'restarted' }));
    const { outputs } = await runStream(oracle, { shape: [1, ...frames.shape], data: frames.data });
    const { data } = lookUp(outputs, 'logits', 'output');
    for (const [i, { outputs: own, best }] of answers.entries()) {
      const wanted = [...data.subarray((2 * i + 1) * 3, (2 * i + 2) * 3)];
      expect(own.get('logits')?.shape).toEqual([1, 3]);
      for (const [k, each] of [...(own.get('logits')?.data ?? [])].entries())
        expect(each).toBeCloseTo(wanted[k]!, 4);
      expect(best.label).toBe(wanted.indexOf(Math.max(...wanted)));
      expect(best.className).toBe(network.classNames?.[best.label]);
    }
    expect(new Set(answers.map(({ outputs: own }) => own.get('logits')?.data.join())).size).toBeGreaterThan(
      1,
    );
  });

  it('goes on for ten million events in memory that does not grow', async () => {
    const count = 10_000_000;
    const size = { width: 304, height: 240 };
    const notes = new EventNotes();
    const chunks = () =>
      tidyEvents(propheseeDat.open(new GeneratedRecording(count), notes).chunks(), size, notes);
    const memory: number[] = [];
    let seen = 0;
    for await (const { events, interval: at } of runEvents(networkFor(size, 250), {
      path: 'made',
      ...size,
      chunks,
    })) {
      seen += events;
      if (at % 5 !== 4) continue;
      collectGarbage();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      memory.push(arrayBuffers + heapUsed);
    }
    expect([seen, memory.length]).toEqual([count, 4]);
    expect(memory.at(-1)! - memory[0]!).toBeLessThan(20_000_000);
  });

  it('says what does not fit', async () => {
    const size = { width: 12, height: 10 };
    const stream = { path: 'made.raw', width: 20, height: 10, chunks: () => [] };
    const first = (network: Network) => runEvents(network, stream).next();
    await expect(first(networkFor(size, 5))).rejects.toThrow(
      'made.raw: expected events of a sensor of 12 × 10 pixels, as the network sees, got 20 × 10. Give a recording of such a sensor, say its size where the file does not, or train a network for this one.',
    );
    const empty = { ...stream, width: 1, height: 1, sizeFrom: 'nothing' as const };
    await expect(runEvents(networkFor(size, 5), empty).next()).rejects.toThrow(
      'made.raw: expected events of a sensor of 12 × 10 pixels, as the network sees, got a recording without events. Give a recording of such a sensor, say its size where the file does not, or train a network for this one.',
    );
    await expect(first(networkFor(size, 5, 0))).rejects.toThrow(
      'hybrid: expected a spiking network with one input over time, [steps, 2, height, width], got a network that does not spike. Train one on events, such as event-hybrid, or convert one with a time axis.',
    );
  });
});
