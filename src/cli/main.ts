#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { askToStop, listenForStops } from './stop-on-interrupt.ts';
import { watchNpm } from './watch-npm.ts';

/** Files that are open at once while the program is loaded, with some to spare. */
const neededFiles = 256;

/** Earlier versions lack what the program and its dependencies are written with. */
const neededNode = [20, 19] as const;

requireNode();

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

/** Ends the process where a later Node is needed: a module that cannot be read would say nothing of that. */
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needed, neededMinor] = neededNode;
  if (major > needed || (major === needed && minor >= neededMinor)) return;
  console.error(
    `error: transpike: expected Node.js ${neededNode.join('.')} or later, got ${process.versions.node}. Install a newer one.`,
  );
  process.exit(1);
}
