import type { Plan } from '../../plan-run.ts';
import type { StepNetwork } from '../without-time-axis.ts';
import { type EventLayers, findEventLayers } from './find-event-layers.ts';

/**
 * The layers of a planned network that are driven by events. Neurons that calibrate themselves need the means of hidden steps, and those of a stream
 * their states.
 */
export function driveByEvents(
  { model, overTime }: StepNetwork,
  { sites, hiddenSteps, stream }: Plan,
): EventLayers {
  return hiddenSteps > 0 || stream ? new Map() : findEventLayers(model, sites, overTime);
}
