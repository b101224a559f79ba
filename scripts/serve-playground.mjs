// Serves the folder playground on this machine: npm run playground [-- PORT]
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

const port = Number(process.argv[2] ?? 4173);
const app = new Hono().use('*', serveStatic({ root: './playground' }));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () =>
  console.log(`playground: http://127.0.0.1:${port}/ (Ctrl-C ends it)`),
);
