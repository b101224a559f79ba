// A long recording goes from its bytes to frames, and with a folder of a network for 304 × 240 pixels to its answers: events a second, and the memory
// that it takes: npm run bench:events -- 1000000000 [folder]
import { EventNotes, eventFrames, openNetwork, propheseeDat, runEvents, tidyEvents } from '#internals';
import { GeneratedRecording } from './generated-recording.ts';

const count = Number(process.argv[2] ?? 1e9);
const size = { width: 304, height: 240 };
const notes = new EventNotes();
const events = tidyEvents(propheseeDat.open(new GeneratedRecording(count), notes).chunks(), size, notes);
const begin = performance.now();
let [seen, told] = [0, 0];
const folder = process.argv[3];
const pieces =
  folder === undefined
    ? eventFrames(events, { ...size, microseconds: 10_000 })
    : runEvents(await openNetwork(folder), { path: 'generated', ...size, chunks: () => events });
for await (const piece of pieces) {
  seen += piece.events;
  if (seen < told + count / 10) continue;
  told = seen;
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const seconds = (performance.now() - begin) / 1000;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(
    `${seen.toExponential(1)} events, ${(seen / seconds / 1e6).toFixed(1)} million a second; process ${mb(rss)}, JavaScript ${mb(heapUsed)}, arrays ${mb(arrayBuffers)}`,
  );
}
