import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import sharp from 'sharp';
import { messageOf } from '../../errors.ts';
import { chooseWorkers } from '../../evaluation/choose-workers.ts';
import { onnxruntime } from '../../native/load-onnxruntime.ts';
import { chooseRuntime } from '../../native/machine-runtime.ts';
import { pairsSaturate } from '../../native/pairs-saturate.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { describeEnvironment } from '../../runs/describe-environment.ts';
import { compiledModule } from '../../web-assembly.ts';
import { freeMemory } from '../../workers/free-memory.ts';
import { usableCores } from '../../workers/usable-cores.ts';
import { gigabytes } from '../begin-and-end.ts';
import { bundledModel } from '../bundled.ts';
import { describedCommand } from '../described-command.ts';
import { options } from '../options.ts';
import { exitCodes } from '../report-error.ts';

/** What was found out about one thing. */
interface Finding {
  readonly name: string;
  readonly found: string;
  /** Whether Transpike can work like this. */
  readonly sound: boolean;
}

/** `transpike doctor`: whether Transpike can work here, and with what. */
export function doctorCommand(): Command {
  return describedCommand('doctor')
    .addOption(options.json())
    .addHelpText('after', '\nExamples:\n  transpike doctor\n  transpike doctor --json')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = await examine();
      if (json)
        console.log(JSON.stringify({ sound: findings.every(({ sound }) => sound), findings }, null, 2));
      else
        for (const { name, found, sound } of findings)
          console.log(`${sound ? pc.green('✓') : pc.red('✗')} ${name.padEnd(14)} ${found}`);
      if (findings.some(({ sound }) => !sound)) process.exitCode = exitCodes.failure;
    });
}

function examine(): Promise<Finding[]> {
  const { transpike, node, platform, processor } = describeEnvironment({ name: '' });
  return Promise.all([
    finding('transpike', () => `${transpike} on Node ${node}, ${platform}`),
    finding('processor', () => `${processor}, ${availableParallelism()} of it to use`),
    finding('memory', () => `${gigabytes(freeMemory())} free of ${gigabytes(totalmem())}`),
    finding('open files', openFiles),
    finding('onnxruntime', runtimeAndAdapters),
    finding('8 bits', exactProducts),
    finding('kernels', () => {
      compiledModule('kernels');
      return 'WebAssembly with SIMD';
    }),
    finding('pictures', () => `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`),
    finding('this folder', writable),
    finding('would use', bundledChoice),
  ]);
}

async function finding(name: string, examination: () => string | Promise<string>): Promise<Finding> {
  try {
    return { name, found: await examination(), sound: true };
  } catch (error) {
    return { name, found: messageOf(error), sound: false };
  }
}

/** ONNX Runtime with what it could run on; only processors are used. */
function runtimeAndAdapters(): string {
  const { onnxruntime: version } = describeEnvironment({ name: '' });
  if (chooseRuntime().package === 'onnxruntime-web') return `${version}; used: WebAssembly, on one thread`;
  const adapters = onnxruntime()
    .listSupportedBackends()
    .map(({ name }) => name);
  return `${version}; adapters: ${adapters.join(', ')}; used: cpu`;
}

async function exactProducts(): Promise<string> {
  if (chooseRuntime().package === 'onnxruntime-web') return 'exact, in WebAssembly';
  return (await pairsSaturate()) ? 'exact, without VNNI' : 'exact, with VNNI';
}

async function openFiles(): Promise<string> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, limit] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return limit === undefined ? 'not known' : `at most ${limit} at once`;
}

async function writable(): Promise<string> {
  await access('.', constants.W_OK);
  return `${resolve('.')}, can be written`;
}

/** Opened like any other network, which shows that reading works, too. */
async function bundledChoice(): Promise<string> {
  const { model } = await openNetwork(bundledModel);
  const machine = { processors: usableCores(), freeBytes: freeMemory() };
  const { workers, threads } = chooseWorkers(model, machine.processors, undefined, machine);
  const counted = (number: number, unit: string) => `${number} ${unit}${number === 1 ? '' : 's'}`;
  return `${counted(workers, 'worker')}, ${counted(threads, 'thread')} each, for a small network (--workers)`;
}
