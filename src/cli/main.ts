#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { askToStop, listenForStops } from './stop-on-interrupt.ts';
import { watchNpm } from './watch-npm.ts';

/** Files that are open at once while the program is loaded, with some to spare. */
const neededFiles = 256;

// All else is loaded afterwards: that takes half a second, in which a command may be stopped, too.
listenForStops();
watchNpm(() => askToStop('SIGTERM'));

// Asked for now: without a free file handle nothing can be read any more.
const limit = openFilesLimit();

try {
  const { asksForFrontPage, showFrontPage } = await import('./front-page.ts');
  if (asksForFrontPage(process.argv.slice(2))) showFrontPage();
  else await (await import('./run-program.ts')).runProgram();
} catch (error) {
  console.error(`error: ${describe(error as Error)}`);
  process.exitCode = 1;
}

/** What else is missing, a module that cannot be opened is told as one that is not there. */
function describe({ message }: Error): string {
  if (limit === undefined || limit >= neededFiles) return message;
  return `transpike: expected at least ${neededFiles} files that may be open at once, got a limit of ${limit}. Allow more (ulimit -n 1024).`;
}

/** Where the system tells it. */
function openFilesLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
