import { tell } from './status-line.ts';

/** Signals that ask a command to stop, with the exit code that shells give to each. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type StopSignal = keyof typeof codes;

/** What a job throws that was asked to stop and has nothing to go on from. */
export class Stopped extends Error {}

const advice = 'give the same command again to go on';

/** Milliseconds in which another signal is taken for the same: npm hands a Ctrl-C on that the terminal has sent to all. */
const sameSignal = 1000;

let asked: { readonly code: number; readonly at: number } | undefined;
let job: { readonly after: string; readonly controller: AbortController } | undefined;

/** Listens for signals from now on. Without a job that can be continued, the first one ends the command. */
export function listenForStops(): void {
  for (const name of Object.keys(codes) as StopSignal[]) process.on(name, () => askToStop(name));
}

/** Does what a signal does. */
export function askToStop(name: StopSignal): void {
  if (asked) {
    stopAtOnce(name, asked.at);
    return;
  }
  asked = { code: codes[name], at: performance.now() };
  // From then on the system itself ends the process, even while it computes.
  setTimeout(stopListening, sameSignal).unref();
  if (job) {
    tell(`stopping after ${job.after}; press Ctrl-C again to stop at once`);
    job.controller.abort(new Stopped(`stopped; ${advice}`));
  } else {
    tell(`stopped; ${advice}`);
    process.exit(codes[name]);
  }
}

function stopAtOnce(name: StopSignal, before: number): void {
  if (performance.now() - before < sameSignal) return;
  stopListening();
  process.kill(process.pid, name);
}

function stopListening(): void {
  for (const name of Object.keys(codes)) process.removeAllListeners(name);
}

/** The exit code of a command that was asked to stop; `undefined` for one that was not. */
export function stopCode(): number | undefined {
  return asked?.code;
}

/**
 * The first signal asks a job to stop where it can be continued, a later one ends the process.
 *
 * @param after what is finished before the work stops, for the message
 */
export function stopOnInterrupt(after: string): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const mine = { after, controller };
  job = mine;
  const end = () => {
    if (job === mine) job = undefined;
  };
  return { signal: controller.signal, end };
}
