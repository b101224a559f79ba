import { layersThatWait } from '../finetuning/run/layers-that-wait.ts';
import type { Model } from '../graph/model.ts';
import type { JobListener } from './notice.ts';

/** Tells where a run is over before the input reaches the output. */
export function tellFewSteps(spiking: Model, steps: number, { onNotice }: JobListener): void {
  const layers = layersThatWait(spiking);
  if (layers === 0 || steps > layers) return;
  const message = `each of ${layers} layers answers a step later than it is asked: at T = ${steps} the output says nothing of the pictures. Give more than ${layers} steps`;
  onNotice?.({ kind: 'few-steps', message, means: ['steps'] });
}
