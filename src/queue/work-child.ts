import '../native/install.ts';
import { contentOf as contentOfError, OutOfMemoryError } from '../errors.ts';
import { useExtensions } from '../extensions/load-extensions.ts';
import { ContentCache } from './content-cache.ts';
import { type OpenedWork, openWork } from './opened-work.ts';
import { packText } from './packed.ts';
import type { ChildReply, ChildRequest, ChildSetup } from './work-process.ts';

/** Runs whose networks stay loaded. */
const mostOpened = 2;

const opened = new Map<string, Promise<OpenedWork>>();
let cache: ContentCache | undefined;

/** Inference blocks an event loop, and memory may run out over it: so it lives in a process of its own, which a worker watches. */
async function answer(request: ChildRequest): Promise<ChildReply> {
  const { job, source, start, files, threads } = request;
  try {
    const work = await openedFor(job.run, () => openWork(start, files, threads));
    const { order } = job;
    return { answer: packText(await work.answer(order, cache!, source)) };
  } catch (error) {
    const why = error instanceof OutOfMemoryError ? 'memory' : isTrouble(error) ? 'trouble' : 'error';
    return { failure: { why, content: contentOfError(error) } };
  }
}

/** Whether a fault is of this machine or its connections rather than of the job. */
function isTrouble(error: unknown): boolean {
  return (
    (error as { means?: readonly string[] }).means?.some(
      (each) => each === 'serve' || each === 'cacheFolder',
    ) === true
  );
}

async function openedFor(run: string, open: () => Promise<OpenedWork>): Promise<OpenedWork> {
  const known = opened.get(run);
  opened.delete(run);
  const work = known ?? open();
  opened.set(run, work);
  work.catch(() => opened.delete(run));
  for (const [oldest, old] of opened) {
    if (opened.size <= mostOpened) break;
    opened.delete(oldest);
    await (await old).close();
  }
  return work;
}

async function setUp({ extensions, cacheFolder, cacheMB }: ChildSetup): Promise<void> {
  await useExtensions(extensions);
  cache = new ContentCache(cacheFolder, cacheMB, (warning) => reply({ warning }));
  reply({ ready: true });
}

function reply(message: ChildReply): void {
  process.send?.(message);
}

process.on('message', (message: ChildSetup | ChildRequest) => {
  if ('job' in message) void answer(message).then(reply);
  else
    setUp(message).catch((error) => reply({ failure: { why: 'trouble', content: contentOfError(error) } }));
});
// Its worker has ended.
process.on('disconnect', () => process.exit());
// They are for the worker, which lets this process come to the end of its job.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
