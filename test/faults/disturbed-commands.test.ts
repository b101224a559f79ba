/**
 * Every long command, disturbed: afterwards the same command gives what an undisturbed one gives, or one clear line says what is
 * missing. `TRANSPIKE_FAULT_ROUNDS` (1) and `TRANSPIKE_FAULT_SEED` (1) make longer and other runs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/random.ts';
import { scratchFolder } from '../cli/run-cli.fixture.ts';
import {
  type End,
  isClean,
  type LongCommand,
  longCommands,
  recipes,
  start,
} from './disturbed-command.fixture.ts';

const rounds = Number(process.env.TRANSPIKE_FAULT_ROUNDS ?? 1);
const seed = Number(process.env.TRANSPIKE_FAULT_SEED ?? 1);

// On a busy machine a command may take a minute.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let folder: string;
let remove: () => Promise<void>;
/** What an undisturbed command comes to, and how long it takes. */
const undisturbed = new Map<string, { readonly outcome: string; readonly seconds: number }>();

beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  for (const [name, recipe] of Object.entries(recipes))
    await writeFile(join(folder, name), JSON.stringify(recipe));
  await makeOddPictures();
  await run(['convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'vit.snn.onnx']);
  for (const command of longCommands) {
    const { seconds } = await run(command.args(await place(command, 'whole')));
    const outcome = await command.outcome(folder, `${command.name}-whole`);
    undisturbed.set(command.name, { outcome, seconds });
  }
});
afterAll(() => remove());

async function place({ name }: LongCommand, what: string): Promise<string> {
  const made = `${name}-${what}`;
  await mkdir(join(folder, made), { recursive: true });
  return made;
}

/** Runs a command that has to succeed. */
async function run(args: readonly string[]): Promise<End> {
  const end = await start(folder, args).end;
  expect(end, end.stderr).toMatchObject({ code: 0 });
  return end;
}

/** Runs a command once more, which must come to what it comes to undisturbed. */
async function expectTheSame(command: LongCommand, at: string): Promise<End> {
  const end = await run(command.args(at));
  expect(await command.outcome(folder, at)).toBe(undisturbed.get(command.name)!.outcome);
  expect(await leftovers(at)).toEqual([]);
  return end;
}

async function leftovers(at: string): Promise<string[]> {
  const names = await readdir(join(folder, at), { recursive: true });
  return names.filter((name) => /\.tmp$|run\.lock$/.test(name));
}

const cases = longCommands.flatMap((command) =>
  Array.from({ length: rounds }, (_, round) => ({ ...command, command, round })),
);

describe.concurrent.each(cases)('$name, round $round', ({ command, round }) => {
  const random = (what: number) => new Random(seed, round, what, longCommands.indexOf(command));
  /** Some time before it would be done. */
  const moment = (from: Random) => 1000 * from.uniform(0.1, 1) * undisturbed.get(command.name)!.seconds;

  it('goes on after it was killed', async () => {
    const at = await place(command, `killed${round}`);
    const { child, end } = start(folder, command.args(at));
    await Promise.race([end, wait(moment(random(1)))]);
    child.kill('SIGKILL');
    await end;
    await expectTheSame(command, at);
  });

  it('stops at a signal, says so, and goes on', async () => {
    const at = await place(command, `stopped${round}`);
    const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
    const from = random(2);
    const name = (Object.keys(signals) as (keyof typeof signals)[])[from.integer(3)]!;
    const { child, end } = start(folder, command.args(at));
    await Promise.race([end, wait(moment(from))]);
    child.kill(name);
    const { code, signal, stderr } = await end;
    // Before Node has loaded anything, the system ends it.
    if (signal === null) expect([0, signals[name]], stderr).toContain(code);
    else expect(signal).toBe(name);
    if (code === signals[name]) expect(stderr).toMatch(/stopped|stopping/);
    await expectTheSame(command, at);
  });

  it('lets one of two work in a folder, and refuses the other', async () => {
    const at = await place(command, `twice${round}`);
    const ends = await Promise.all([1, 2].map(() => start(folder, command.args(at)).end));
    for (const end of ends) {
      expect(isClean(end), end.stderr).toBe(true);
      if (end.code !== 0) expect(end.stderr).toContain('expected a folder that no other run works in');
    }
    expect(ends.map(({ code }) => code)).toContain(0);
    expect(await command.outcome(folder, at)).toBe(undisturbed.get(command.name)!.outcome);
  });

  it.skipIf(command.journal === undefined)('keeps what is whole of a damaged journal', async () => {
    const at = await place(command, `damaged${round}`);
    await cp(join(folder, `${command.name}-whole`), join(folder, at), { recursive: true });
    for (const result of ['result.json', 'ecmt/result.json'])
      await rm(join(folder, at, result), { force: true });
    const path = join(folder, at, command.journal!);
    const bytes = await readFile(path);
    const from = random(3);
    bytes[from.integer(bytes.length - 1)]! ^= 1 << from.integer(7);
    await writeFile(path, bytes);
    const end = await start(folder, command.args(at)).end;
    expect(isClean(end), end.stderr).toBe(true);
    if (command.name === 'train') {
      expect(end.code).toBe(1);
      expect(end.stderr).toMatch(/^error: .*checkpoint\.safetensors: expected /m);
      return;
    }
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toMatch(
      /jsonl: lines? [\d, ]+ left out, damaged, repeated or not of this run; what is missing is done again/,
    );
    expect(await command.outcome(folder, at)).toBe(undisturbed.get(command.name)!.outcome);
  });

  it.skipIf(!canMount())('says that the disk is full, and goes on when there is room', async () => {
    const at = await place(command, `full${round}`);
    const disk = join(folder, at);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${4096 * (1 + random(4).integer(3))}`, 'tmpfs', disk]);
    try {
      const end = await start(folder, command.args(at)).end;
      expect(isClean(end), end.stderr).toBe(true);
      expect(end.code, end.stderr).toBe(1);
      expect(end.stderr).toMatch(
        /^error: .*: expected room on the disk, got ENOSPC: .*\. Make room and start again, or choose another place\.$/m,
      );
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      await expectTheSame(command, at);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('gives no wrong number where memory is short', async () => {
    const at = await place(command, `memory${round}`);
    const kilobytes = 2_000_000 + random(5).integer(2_000_000);
    // Else WebAssembly alone takes more than that.
    const fewer = 'export NODE_OPTIONS=--disable-wasm-trap-handler';
    const end = await start(folder, command.args(at), `ulimit -v ${kilobytes}; ${fewer}`).end;
    if (end.code === 0)
      expect(await command.outcome(folder, at)).toBe(undisturbed.get(command.name)!.outcome);
    // V8 and ONNX Runtime may end the process themselves, with a report of their own.
    else if (end.signal === null && end.code! < 128) expect(isClean(end), end.stderr).toBe(true);
    await expectTheSame(command, at);
  });

  it('leaves out what is no picture among pictures', async () => {
    const [plain, odd] = [await place(command, `plain${round}`), await place(command, `odd${round}`)];
    await run(command.args(plain, 'images'));
    const end = await start(folder, command.args(odd, 'odd')).end;
    expect(isClean(end), end.stderr).toBe(true);
    if (end.code !== 0) expect(end.stderr).toMatch(/^error: .*class1\/a-/m);
    else
      expect(withoutSkipped(await command.outcome(folder, odd))).toBe(
        withoutSkipped(await command.outcome(folder, plain)),
      );
  });
});

/** Pictures with a pipe, a link to nothing, a folder and a link to itself among them. */
async function makeOddPictures(): Promise<void> {
  await cp(join(folder, 'images'), join(folder, 'odd'), { recursive: true });
  const inside = (name: string) => join(folder, 'odd', 'class1', name);
  execFileSync('mkfifo', [inside('a-pipe.png')]);
  await symlink('nowhere', inside('a-dangling-link.png'));
  await mkdir(inside('a-folder.png'));
  await symlink('.', inside('a-loop'));
}

/** Results without the list of what was left out. */
function withoutSkipped(outcome: string): string {
  return outcome.replaceAll(/"skipped":\[[^\]]*\]/g, '"skipped":[]');
}

/** Only an administrator may, and not in every container. */
function canMount(): boolean {
  const { status } = spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d"']);
  if (status !== 0) console.warn('a full disk is not tried: no file system can be mounted here');
  return status === 0;
}
