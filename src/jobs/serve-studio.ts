import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { messageOf, RuntimeError, UsageError } from '../errors.ts';
import { newToken } from '../studio/guard.ts';
import { StartedCommands } from '../studio/started-commands.ts';
import { studioApp } from '../studio/studio-app.ts';

/** How to serve the studio. */
export interface StudioSettings {
  /** Folder with the folders of runs; need not be there. Default `runs`. */
  readonly runs?: string | undefined;
  /** Port; 0 for any that is free. Default 4180. */
  readonly port?: number | undefined;
  /** Address to listen at. Another one than this machine's own asks for a token. Default 127.0.0.1. */
  readonly host?: string | undefined;
}

/** A studio that is served. */
export interface Studio {
  /** Address to open in a browser, with the token where one is asked for. */
  readonly address: string;
  /** Asks the commands that run to stop, and ends. */
  close(): Promise<void>;
}

const own = '127.0.0.1';

/** Ports have 16 bits. */
const lastPort = 2 ** 16 - 1;

/**
 * Serves the studio, a web page over the folders of runs, on this machine alone: it lists runs, shows them, and starts, stops and resumes commands.
 *
 * @throws RuntimeError if the port is taken; UsageError if there is no such port, or this build is without pages
 *
 * @example
 * ```ts
 * import { results } from 'transpike';
 *
 * const studio = await results.serveStudio({ runs: 'runs', port: 0 }).catch((error) => error);
 * console.log(studio.name ?? studio.address.startsWith('http://127.0.0.1:')); // true
 * await studio.close?.();
 * ```
 */
export async function serveStudio({
  runs = 'runs',
  port = 4180,
  host = own,
}: StudioSettings = {}): Promise<Studio> {
  if (!Number.isInteger(port) || port < 0 || port > lastPort) throw noPort(port);
  const pages = locatePages();
  const token = host === own ? undefined : newToken();
  const commands = await StartedCommands.open(
    runs,
    fileURLToPath(new URL('../cli/main.js', import.meta.url)),
  );
  let listening = port;
  const app = studioApp({
    root: runs,
    commands,
    pages,
    runtime: dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
    admission: () => ({ host, port: listening, ...(token !== undefined && { token }) }),
  });
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error) => reject(portTaken(host, port, error)));
  });
  listening = (server.address() as AddressInfo).port;
  return {
    address: `http://${host}:${listening}/${token === undefined ? '' : `?token=${token}`}`,
    async close() {
      await commands.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The built pages: beside the built library, also for those who run its sources. */
function locatePages(): string {
  const places = ['../pages', '../../dist/pages'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((place) => existsSync(join(place, 'studio', 'index.html')));
  if (found !== undefined) return found;
  throw new UsageError({
    where: 'studio',
    expected: 'a build with pages',
    got: `none in ${places[0]}`,
    remedy: 'Build it: npm run build',
  });
}

function noPort(port: number): UsageError {
  return new UsageError({
    where: 'studio',
    expected: `a port from 0 to ${lastPort}`,
    got: `${port}`,
    remedy: 'Give for example 4180, or 0 for any that is free',
  });
}

function portTaken(host: string, port: number, error: unknown): RuntimeError {
  return new RuntimeError({
    where: `${host}:${port}`,
    expected: 'a port that is free',
    got: messageOf(error),
    remedy: 'Choose another one',
  });
}
