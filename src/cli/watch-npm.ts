import { readFileSync } from 'node:fs';
import { hasProcess, parentOf } from '../files/process-identity.ts';

/** Milliseconds between two looks. */
const interval = 500;

/**
 * Tells when the npm or npx that started this command is gone: a signal to it alone does not reach its child. Shells are left
 * alone, since they may well end before what they have started.
 */
export function watchNpm(onGone: () => void): void {
  if (process.env.npm_command === undefined) return;
  const npm = npmAbove();
  if (npm === undefined) return;
  const watch = setInterval(() => {
    if (hasProcess(npm)) return;
    clearInterval(watch);
    onGone();
  }, interval).unref();
}

/** The process of npm, right above or behind the shell that it starts scripts with. */
function npmAbove(): number | undefined {
  const parent = process.ppid;
  const above = [parent, parentOf(parent)].filter((id) => id !== undefined);
  return above.find((id) => /(^|[/\s])np[mx](-cli\.js)?(\s|$)/.test(commandOf(id)));
}

function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
