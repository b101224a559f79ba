import { mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOf } from '#internals';
import { randomNumbers } from './networks.ts';

/** A tensor of random numbers: its name, shape, and their largest amount. */
export type RandomTensor = readonly [name: string, shape: number[], scale: number];

/** Writes a checkpoint folder of random float32 tensors, one of them in memory at a time. @returns bytes of all tensors */
export async function writeCheckpoint(
  folder: string,
  config: unknown,
  tensors: () => Iterable<RandomTensor>,
): Promise<number> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  let end = 0;
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = {};
  for (const [name, shape] of tensors()) {
    const begin = end;
    end += 4 * sizeOf(shape);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = await open(join(folder, 'model.safetensors'), 'w');
  await file.writeFile(Buffer.concat([length, text]));
  let seed = 0;
  for (const [, shape, scale] of tensors()) {
    const { buffer } = randomNumbers(sizeOf(shape), scale, ++seed);
    await file.writeFile(new Uint8Array(buffer));
  }
  await file.close();
  return end;
}
