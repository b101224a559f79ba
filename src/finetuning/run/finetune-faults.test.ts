import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, scratchFolder, TinyTuning } from './tiny-tuning.fixture.ts';

let tiny: TinyTuning;
beforeAll(async () => {
  tiny = await TinyTuning.open();
});

const settings = { method: 'diet', epochs: 1, checkpointSteps: 1 } as const;

describe('a fine-tuning that is disturbed', () => {
  it('goes on with the same bits from what a process that is killed leaves', async () => {
    const [out, killed] = [await scratchFolder(), await scratchFolder()];
    const copy = () => cpSync(out, killed, { recursive: true, filter: (path) => !path.endsWith('run.lock') });
    // Step 3 is told while the folder is still that of step 2.
    const whole = await tiny.finish(settings, {
      out,
      onProgress: (event) => event.kind === 'step' && event.step === 3 && copy(),
    });
    expect(await readdir(killed)).toEqual(['checkpoint.safetensors']);
    const rest = await tiny.finish(settings, { out: killed, resume: true });
    expect(rest.losses).toHaveLength(2);
    expect(bytesOf(rest)).toEqual(bytesOf(whole));
    expect(rest.curve[0]?.trainLoss).toBe(whole.curve[0]?.trainLoss);
  });

  it('refuses a second run in its folder, and finishes', async () => {
    const out = await scratchFolder();
    let second: Promise<unknown> | undefined;
    const first = await tiny.finish(settings, {
      out,
      onProgress: () => {
        second ??= tiny.finish(settings, { out }).catch((error) => error);
      },
    });
    expect(await second).toMatchObject({
      message: expect.stringContaining(
        `${out}: expected a folder that no other run works in, got one in use`,
      ),
      means: ['folder'],
    });
    expect(first.finished).toBe(true);
    expect((await readdir(out)).sort()).toEqual(['checkpoint.safetensors', 'curve.json']);
  });

  it('stops early, as finished, after as many epochs without a better result as it is told', async () => {
    const still = { learningRate: 1e-12, epochs: 20, patience: 2 };
    const { curve, finished, accuracies } = await tiny.finish({ ...settings, ...still });
    expect(curve.map(({ testAccuracy }) => testAccuracy)).toEqual(new Array(3).fill(accuracies.tuned));
    expect(finished).toBe(true);
  });

  it.skipIf(!canMount())(
    'says that the disk is full, and goes on with the same bits when there is room',
    async () => {
      const out = await scratchFolder();
      // Room for one checkpoint of 300 kB, not for the next one beside it.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', out]);
      try {
        await expect(tiny.finish(settings, { out })).rejects.toThrow(
          /expected room on the disk, got ENOSPC: .*\. Make room and start again, or choose another place\.$/,
        );
        expect(await readdir(out)).toEqual(['checkpoint.safetensors']);
        execFileSync('mount', ['-o', 'remount,size=8m', out]);
        const rest = await tiny.finish(settings, { out, resume: true });
        expect(rest.losses.length).toBeLessThan(4);
        expect(bytesOf(rest)).toEqual(bytesOf(await tiny.finish(settings)));
      } finally {
        execFileSync('umount', [out]);
      }
    },
  );
});

/** Only an administrator may, and not in every container. */
function canMount(): boolean {
  const tried = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"';
  return spawnSync('sh', ['-c', tried]).status === 0;
}
