import { blockedDomain, toBlocks } from '../graph/blocked-layout.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { mustExist } from '../look-up.ts';
import { currentRuntime, type Runtime } from './runtime.ts';

/** More channels than any processor takes at once. */
const channels = 64;

const known = new WeakMap<Runtime, Promise<number | undefined>>();

/**
 * Channels B of a block in the blocked layout of this runtime on this processor; `undefined` where it has none. Found by reordering a picture
 * of two places once.
 */
export function channelBlock(): Promise<number | undefined> {
  const runtime = currentRuntime();
  let found = known.get(runtime);
  if (!found) {
    found = reorder(runtime).catch(() => undefined);
    known.set(runtime, found);
  }
  return found;
}

/** The second place of the first channel lies behind a whole block. */
async function reorder(runtime: Runtime): Promise<number | undefined> {
  const shape = [1, channels, 1, 2];
  const graph = new Graph('blocks');
  graph.addInput({ name: 'x', dataType: 'float32', shape });
  const build = new GraphBuilder(graph);
  const flat = build.op('Reshape', [toBlocks(build, 'x'), build.integers('flat', [-1])]);
  graph.addOutput({ name: flat, dataType: 'float32', shape: [2 * channels] });
  const model = new Model(graph, 17);
  model.opsets.set(blockedDomain, 1);
  const session = await runtime.createSession(model, {
    threads: 1,
    optimise: 'none',
    weights: 'packed',
    keepScratch: false,
    ownOutputs: false,
  });
  try {
    const ramp = Float32Array.from({ length: 2 * channels }, (_, i) => i);
    const results = await session.run({ x: runtime.tensor('float32', ramp, shape) });
    const { data } = mustExist(results[flat], `value '${flat}'`);
    const block = (data as Float32Array).indexOf(1);
    return block > 1 ? block : undefined;
  } finally {
    await session.release();
  }
}
