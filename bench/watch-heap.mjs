// Preloaded into a process: writes the most that JavaScript held at any look, in bytes, to $HEAP_FILE at the end.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  let peak = 0;
  const look = () => {
    const { heapUsed, external } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + external);
  };
  setInterval(look, 5).unref();
  process.on('exit', () => {
    look();
    writeFileSync(process.env.HEAP_FILE ?? '', String(peak));
  });
}
