import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** Contents of a file: text or bytes as they are, or the grey level of a small PNG picture. */
export type Content = string | Uint8Array | number;

/**
 * Makes a new temporary folder with these files (names may have `/`); removed after the tests of the file.
 *
 * @returns its path
 */
export async function temporaryData(files: Record<string, Content>): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'data-'));
  afterAllRemove.push(parent);
  const folder = join(parent, 'data');
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'number' ? await greyPng(content) : content);
  }
  return folder;
}

const afterAllRemove: string[] = [];
afterAll(async () => {
  for (const folder of afterAllRemove.splice(0)) await rm(folder, { recursive: true });
});

/** A PNG of 3 x 2 pixels of one grey level. */
function greyPng(level: number): Promise<Buffer> {
  const raw = { width: 3, height: 2, channels: 3 } as const;
  return sharp(new Uint8Array(18).fill(level), { raw }).png().toBuffer();
}

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const lengths = shape.flatMap((length) =>
    [length >> 24, length >> 16, length >> 8, length].map((n) => n & 255),
  );
  return Uint8Array.from([0, 0, 8, shape.length, ...lengths, ...data]);
}

/** Records of CIFAR-10: label, then planes full of label + 1, + 2 and + 3. */
export function cifarRecords(...labels: number[]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label) => [label, ...[1, 2, 3].flatMap((c) => Array<number>(1024).fill(label + c))]),
  );
}
