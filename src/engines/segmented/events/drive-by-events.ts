import type { Plan } from '../../plan-run.ts';
import type { StepNetwork } from '../without-time-axis.ts';
import { type EventLayers, findEventLayers } from './find-event-layers.ts';

/** The layers of a planned network that are driven by events. Neurons that calibrate themselves need the means of hidden steps. */
export function driveByEvents({ model, overTime }: StepNetwork, { sites, hiddenSteps }: Plan): EventLayers {
  return hiddenSteps > 0 ? new Map() : findEventLayers(model, sites, overTime);
}
