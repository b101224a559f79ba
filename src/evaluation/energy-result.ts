import type { BreakEven } from '../energy/break-even.ts';
import type { DeviceFigure } from '../energy/define-device.ts';
import type { EnergyBreakdown } from '../energy/energy-breakdown.ts';
import type { LabelledOperator } from '../energy/operator-labels.ts';

/** Energy of one network for one image on one device; an estimate. */
export interface DeviceEnergy {
  /** Name of the device. */
  readonly device: string;
  /** Nanojoules an image, the sum of the breakdown. For a spiking network over the steps 1…t and the hidden ones. */
  readonly nanojoules: number;
  /** Relative to the source network on the same device. */
  readonly ratio: number;
  readonly breakdown: EnergyBreakdown;
}

/** Energy of the spiking network after one time-step; estimates. */
export interface StepEnergy {
  /** (a) ECMT's ratio: every spike one addition, nothing else is charged. */
  readonly ecmtRatio: number;
  /** (b) Full estimate on every device. */
  readonly full: readonly DeviceEnergy[];
  /** (c) Full estimate relative to the equal-bit quantised source network, both on `45nm-int8`; null if that was skipped. */
  readonly quantisedRatio: number | null;
}

/** A device as the estimates used it. */
export interface DeviceResult {
  readonly name: string;
  readonly title: string;
  /** What its figures are, and what they leave out. */
  readonly summary: string;
  /** Figures in picojoules with their sources. */
  readonly figures: Readonly<Record<string, DeviceFigure>>;
}

/** Up to which step the spiking network costs less than its source. */
export interface PayingSteps {
  readonly device: string;
  /** Largest t with a ratio below 1; 0 for none. */
  readonly steps: number;
  /** Whether t is the last step that was evaluated, so that more steps might pay too. */
  readonly atLeast: boolean;
}

/** What the whole run says about energy. */
export interface EnergyResult {
  /** Device of the table and of break-even rates. */
  readonly device: string;
  readonly devices: readonly DeviceResult[];
  /** What the estimates take for granted, one sentence each. */
  readonly assumptions: readonly string[];
  /** The source network on every device; its ratio is 1. */
  readonly source: readonly DeviceEnergy[];
  readonly pays: readonly PayingSteps[];
  /** Break-even firing rates on `device`. */
  readonly breakEven: readonly BreakEven[];
  /** Operations of operators with label `spike` / operations of all, in [0, 1]. */
  readonly spikeDrivenShare: number;
  readonly operators: readonly LabelledOperator[];
}
