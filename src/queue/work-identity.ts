import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { z } from 'zod';
import { usedExtensions } from '../extensions/register-extension.ts';
import { digestOfNumbers } from '../native/digest-of-numbers.ts';
import { list } from '../results/schema-parts.ts';
import { describeEnvironment } from '../runs/describe-environment.ts';

/** What decides about the numbers that a process gives. Machines with the same one can share a run. */
export const workIdentitySchema = z.object({
  transpike: z.string(),
  onnxruntime: z.string(),
  /** Version of what decodes pictures. */
  pictures: z.string(),
  /** Digest of what ONNX Runtime makes of numbers on this processor. */
  numbers: z.string(),
  /** As `name version digest`. */
  extensions: list(z.string()),
});

export type WorkIdentity = z.infer<typeof workIdentitySchema>;

/** What each part of an identity is called in messages. */
const words: Readonly<Record<keyof WorkIdentity, string>> = {
  transpike: 'transpike',
  onnxruntime: 'onnxruntime',
  pictures: 'libvips',
  numbers: 'arithmetic of the processor',
  extensions: 'extensions',
};

/** The identity of this process, with the extensions that it uses. */
export async function workIdentity(): Promise<WorkIdentity> {
  const { transpike, onnxruntime, extensions = [] } = describeEnvironment({ name: '' });
  const known = usedExtensions().length > 0 ? extensions : [];
  return {
    transpike,
    onnxruntime,
    pictures: `${sharp.versions.vips}`,
    numbers: await digestOfNumbers(),
    extensions: known.map(({ name, version, hash }) => `${name} ${version} ${hash}`).sort(),
  };
}

/** Name of the queue of all who have an identity: others never see its jobs. */
export function queueNameOf(identity: WorkIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(identity)))
    .digest('hex')
    .slice(0, 16);
}

/** In what two identities differ, both named; empty where they are the same. */
export function differencesOf(one: WorkIdentity, other: WorkIdentity): string {
  const differing = ordered(one).flatMap(([part, value], i) => {
    const [, others] = ordered(other)[i]!;
    return value === others ? [] : [`${words[part]} ${value} and ${others}`];
  });
  return differing.join(', ');
}

function ordered(identity: WorkIdentity): [keyof WorkIdentity, string][] {
  return (Object.keys(words) as (keyof WorkIdentity)[]).map((part) => {
    const value = identity[part];
    return [part, typeof value === 'string' ? value : value.join(', ') || 'none'];
  });
}
