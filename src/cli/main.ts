#!/usr/bin/env node
import { processLimit } from '../workers/process-limits.ts';

/** Files that are open at once while the program is loaded, with some to spare. */
const neededFiles = 256;

/** Earlier versions lack what the program and its dependencies are written with. */
const neededNode = [20, 19] as const;

/** Addresses that one worker takes beside the main thread, in bytes: below that V8 ends the process with a trap. */
const neededAddresses = 2.5 * 2 ** 30;

requireNode();
requireAddresses();

// Asked for now: without a free file handle nothing can be read any more. What is imported above is opened without a word about that.
const limit = processLimit('Max open files');

try {
  const { askToStop, listenForStops } = await import('./stop-on-interrupt.ts');
  const { watchNpm } = await import('./watch-npm.ts');
  // All else is loaded afterwards: that takes half a second, in which a command may be stopped, too.
  listenForStops();
  watchNpm(() => askToStop('SIGTERM'));
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

/** Ends the process where the system gives it fewer addresses than it needs. */
function requireAddresses(): void {
  const limit = processLimit('Max address space');
  if (limit === undefined || limit >= neededAddresses) return;
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  console.error(
    `error: transpike: expected at least ${gigabytes(neededAddresses)} of addresses for a process, got a limit of ${gigabytes(limit)}. Allow more (ulimit -v).`,
  );
  process.exit(1);
}
