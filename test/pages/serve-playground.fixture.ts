import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

const pages = fileURLToPath(new URL('../../dist/pages', import.meta.url));
const runtime = dirname(
  createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
);

/** Serves the built playground. @returns its address, and what ends it */
export async function servePlayground(): Promise<{ address: string; close: () => void }> {
  if (!existsSync(join(pages, 'playground', 'index.html'))) {
    throw new Error(`${pages} has no playground: run npm run build`);
  }
  const app = new Hono()
    .use('/ort/*', serveStatic({ root: runtime, rewriteRequestPath: (path) => path.replace('/ort/', '/') }))
    .use('*', serveStatic({ root: join(pages, 'playground') }));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
