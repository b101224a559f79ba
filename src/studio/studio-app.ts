import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { messageOf, TranspikeError } from '../errors.ts';
import { reportPage } from '../report/write-report.ts';
import { readRun } from '../runs/read-run.ts';
import { type Admission, admitOwnPages } from './guard.ts';
import { RunRows } from './run-rows.ts';
import type { StartedCommands } from './started-commands.ts';

/** What the studio is made of. */
export interface StudioParts {
  /** Folder of the runs. */
  readonly root: string;
  readonly commands: StartedCommands;
  /** Folder of the built pages. */
  readonly pages: string;
  /** Folder of ONNX Runtime's WebAssembly. */
  readonly runtime: string;
  readonly admission: () => Admission;
}

/** Milliseconds between looks at what has changed. */
const pace = 1000;

/** Answers the pages of the studio. */
export function studioApp({ root, commands, pages, runtime, admission }: StudioParts): Hono {
  const rows = new RunRows(root);
  const app = new Hono();
  app.use('*', admitOwnPages(admission));
  app.get('/api/runs', async (context) =>
    context.json({ root, runs: await rows.list(), commands: commands.list() }),
  );
  app.get('/api/runs/:folder', async (context) => {
    const folder = await runFolder(root, context.req.param('folder'));
    if (folder === undefined) return context.json({ error: 'There is no such run.' }, 404);
    const { files: _, ...run } = await readRun(folder);
    return context.json(run);
  });
  app.get('/api/runs/:folder/report', async (context) => {
    const folder = await runFolder(root, context.req.param('folder'));
    if (folder === undefined) return context.text('There is no such run.', 404);
    return context.html(await reportPage(folder));
  });
  app.get('/api/events', (context) =>
    streamSSE(context, async (stream) => {
      let before = '';
      while (!stream.aborted) {
        const data = JSON.stringify({ root, runs: await rows.list(), commands: commands.list() });
        if (data !== before) await stream.writeSSE({ event: 'runs', data });
        before = data;
        await stream.sleep(pace);
      }
    }),
  );
  app.post('/api/commands', async (context) => {
    const given = startSchema.safeParse(await jsonOf(context.req.raw));
    if (!given.success) return context.json({ error: 'expected { "args": ["evaluate", …] } as JSON' }, 400);
    return context.json(await commands.start(given.data.args));
  });
  app.post('/api/commands/:id/stop', (context) =>
    context.json(commands.stop(Number(context.req.param('id')))),
  );
  app.post('/api/commands/:id/resume', async (context) =>
    context.json(await commands.resume(Number(context.req.param('id')))),
  );
  app.use(
    '/play/ort/*',
    serveStatic({ root: runtime, rewriteRequestPath: (path) => path.replace('/play/ort', '') }),
  );
  app.use('/play/*', serveStatic({ root: join(pages, 'playground'), rewriteRequestPath: withoutPlay }));
  app.use('*', serveStatic({ root: join(pages, 'studio') }));
  app.onError((error, context) =>
    context.json({ error: messageOf(error) }, error instanceof TranspikeError ? 400 : 500),
  );
  return app;
}

const startSchema = z.object({ args: z.array(z.string()).min(1) });

/** A page of another origin can send no JSON that is declared as such without being asked first, and is refused then. */
async function jsonOf(request: Request): Promise<unknown> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) return undefined;
  return request.json().catch(() => undefined);
}

/** The path of a run by the name of its folder, which has to be one among the runs. */
async function runFolder(root: string, name: string): Promise<string | undefined> {
  const names = await readdir(root).catch((): string[] => []);
  const path = join(root, name);
  const found = names.includes(name) && (await stat(path)).isDirectory();
  return found ? path : undefined;
}

function withoutPlay(path: string): string {
  return path.replace('/play', '');
}
