import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { GeneratedRecording } from '../../bench/generated-recording.ts';
import { EventNotes } from '../formats/events/event-notes.ts';
import { propheseeDat } from '../formats/events/prophesee-dat.ts';
import { tidyEvents } from '../formats/events/tidy-events.ts';
import { eventFrames } from './bin-events.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

it('ten million events go from their bytes to frames in memory that does not grow', async () => {
  const count = 10_000_000;
  const size = { width: 304, height: 240 };
  const source = new GeneratedRecording(count);
  const notes = new EventNotes();
  const events = tidyEvents(propheseeDat.open(source, notes).chunks(), size, notes);
  const memory: number[] = [];
  let [seen, frames] = [0, 0];
  for await (const { counts, events: inFrame } of eventFrames(events, { ...size, microseconds: 100_000 })) {
    frames++;
    seen += inFrame;
    expect(counts[0]).toBeGreaterThanOrEqual(0);
    if (frames % 20 !== 0) continue;
    collectGarbage();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    memory.push(arrayBuffers + heapUsed);
  }
  expect([frames, seen]).toEqual([100, count]);
  expect(source.longestRead).toBeLessThanOrEqual(2 ** 20);
  expect(notes.list).toEqual([]);
  // All events together would take 130 MB.
  const [first = 0] = memory;
  expect(Math.min(...memory.slice(-2)) - first).toBeLessThan(40_000_000);
});
