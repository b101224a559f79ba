// A long recording goes from its bytes to frames: events a second, and the memory that it takes: npm run bench:events -- 1000000000
import { EventNotes, eventFrames, propheseeDat, tidyEvents } from '#internals';
import { GeneratedRecording } from './generated-recording.ts';

const count = Number(process.argv[2] ?? 1e9);
const size = { width: 304, height: 240 };
const notes = new EventNotes();
const events = tidyEvents(propheseeDat.open(new GeneratedRecording(count), notes).chunks(), size, notes);
const begin = performance.now();
let [seen, told] = [0, 0];
for await (const frame of eventFrames(events, { ...size, microseconds: 10_000 })) {
  seen += frame.events;
  if (seen < told + count / 10) continue;
  told = seen;
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const seconds = (performance.now() - begin) / 1000;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(
    `${seen.toExponential(1)} events, ${(seen / seconds / 1e6).toFixed(1)} million a second; process ${mb(rss)}, JavaScript ${mb(heapUsed)}, arrays ${mb(arrayBuffers)}`,
  );
}
