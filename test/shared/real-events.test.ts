import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openEvents } from '../../src/files/events/open-events.ts';
import { runEvents } from '../../src/jobs/events/run-events.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { hasShared, shared } from './shared-folder.ts';

const sample = ['data', 'events', 'sample_nmnist.bin'];

describe.skipIf(!hasShared(...sample))('a recording of N-MNIST, a 4', () => {
  it('is a 4 to the bundled hybrid, which was trained on generated events alone, in every interval', async () => {
    const folder = fileURLToPath(new URL('../../models/event-glyphs-hybrid', import.meta.url));
    const answers = [];
    for await (const { best } of runEvents(await openNetwork(folder), await openEvents(shared(...sample))))
      answers.push(best);
    expect(answers.map(({ className }) => className)).toEqual(['4', '4', '4', '4']);
    for (const { share } of answers) expect(share).toBeGreaterThan(0.9);
  });
});
