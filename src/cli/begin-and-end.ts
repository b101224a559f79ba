import { availableParallelism, totalmem } from 'node:os';
import { describeEnvironment } from '../runs/describe-environment.ts';
import { duration } from './progress.ts';
import { tell } from './status-line.ts';
import { chooseVerbosity, verbosity } from './verbosity.ts';

/** Options of all commands that say how much is told. */
interface Told {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Before a command: chooses how much is told, and tells versions where that is much. */
export function begin({ quiet, verbose }: Told): void {
  chooseVerbosity(quiet ? 'quiet' : verbose ? 'verbose' : 'normal');
  if (!verbose) return;
  const { transpike, node, onnxruntime, platform, processor } = describeEnvironment({ name: '' });
  tell(`transpike ${transpike}, Node ${node}, onnxruntime ${onnxruntime}, ${platform}`);
  tell(`${processor}, ${availableParallelism()} processors, ${gigabytes(totalmem())} of memory`);
}

/** After a command: tells what it took, where much is to be told. */
export function end(): void {
  if (verbosity() !== 'verbose') return;
  const { maxRSS } = process.resourceUsage();
  tell(`took ${duration(process.uptime())} and at most ${gigabytes(1024 * maxRSS)} of memory`);
}

/** Bytes as text. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
