import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds something on a disk that other processes, perhaps on other machines, can see. */
export interface ProcessIdentity {
  /** Number of the process on its machine. */
  readonly process: number;
  /** Sets it apart from a later process of the same number; null where the system does not tell. */
  readonly started: string | null;
  /** Equal for processes that can ask for each other: the same kernel since it booted, the same container. */
  readonly machine: string;
  /** Name of the machine, for people. */
  readonly host: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { process: process.pid, started: startOf(process.pid), machine: machine(), host: hostname() };
}

/** Whether a process is there still; undefined for one of another machine or container, which cannot be asked. */
export function isRunning(other: ProcessIdentity): boolean | undefined {
  if (other.machine !== machine()) return undefined;
  return hasProcess(other.process) && startOf(other.process) === other.started;
}

/** Whether there is a process of this number here, ended ones that nobody has asked after left out. */
export function hasProcess(id: number): boolean {
  if (statOf(id)?.state === 'Z') return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that started another one; `undefined` where the system does not tell. */
export function parentOf(id: number): number | undefined {
  const parent = statOf(id)?.parent;
  return parent === undefined ? undefined : Number(parent);
}

function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function startOf(id: number): string | null {
  return statOf(id)?.start ?? null;
}

/** What Linux tells of a process; the name in brackets may hold blanks and brackets. */
function statOf(
  id: number,
): { readonly state: string; readonly parent: string; readonly start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, parent: fields[1]!, start: fields[19]! };
  } catch {
    return undefined;
  }
}
