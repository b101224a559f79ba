import { leakOf } from '../architectures/event-hybrid.ts';
import { inputName } from '../checkpoints/define-architecture.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { foldBatchNorm } from '../passes/fold-batch-norm.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { hybridNeurons } from './hybrid-neurons.ts';
import { keepStepMilliseconds } from './step-milliseconds.ts';

/**
 * The spiking form of a hybrid network of frames: input [N, n, …], leaky neurons before the border, and behind it the analog part, which reads the
 * mean of the spikes so far; its answer at step n is that of the interval. In a stream whose averages are `restarted` membrane potentials go
 * on from interval to interval, and the mean begins anew. A network without neurons is left as one of frames, [N, n, …], whose mean it reads.
 *
 * @param interval steps n of an interval
 * @param milliseconds length of a step, which is written down in the model
 */
export const toHybridForm = definePass({
  name: 'hybrid-form',
  summary: 'A network of frames gets a time axis, and leaky neurons before its border.',
  rewrites: 'copy',
  apply(frames: Model, interval: number, milliseconds: number): Model {
    const folded = frames.clone();
    foldBatchNorm(folded);
    const timed = giveTimeAxis(folded, { [inputName]: 'running-mean' });
    keepStepMilliseconds(timed, milliseconds);
    const placed = hybridNeurons(timed);
    // The neurons bring constants of their own.
    for (const { name } of placed) timed.graph.removeInitializer(leakOf(name));
    return placed.length === 0 ? timed : toSpikingForm(timed, placed, interval);
  },
});
