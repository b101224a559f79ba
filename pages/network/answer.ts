/** What a network is, as far as a page shows it. */
export interface NetworkFacts {
  readonly name: string;
  readonly method: string;
  readonly preset: string;
  /** Steps that its thresholds were fitted for. */
  readonly fittedSteps: number;
  readonly classNames: readonly string[];
  /** [channels, height, width] of one picture. */
  readonly inputShape: readonly [number, number, number];
  readonly blocks: readonly string[];
  readonly sites: readonly SiteFacts[];
  /** What it can be converted with instead. */
  readonly methods: readonly MethodFacts[];
  /** Whether all neurons have a dead zone that can be set. */
  readonly deadZone: boolean;
  /** Whether pictures are prepared in a way that is assumed, not known. */
  readonly assumedPreprocess: boolean;
}

/** A conversion method, as far as a page shows it. */
export interface MethodFacts {
  readonly name: string;
  readonly summary: string;
  readonly presets: readonly string[];
  readonly defaultPreset: string;
}

/** A spike site, as far as a page shows it. */
export interface SiteFacts {
  readonly name: string;
  readonly neuron: string;
  /** Thresholds by parameter: the smallest and the largest of the site. */
  readonly parameters: Readonly<Record<string, readonly [smallest: number, largest: number]>>;
}

/** How a spiking network is changed before it runs. */
export interface Settings {
  /** Time-steps T that it runs. */
  readonly steps: number;
  /** Factor of all thresholds. */
  readonly scale: number;
  /** Dead zone in units of the threshold, where neurons have one; undefined: as converted. */
  readonly deadZone: number | undefined;
}

/** The spikes of a block in one step. */
export interface BlockSpikes {
  /** Spikes of all sites of the block. */
  readonly count: number;
  /** Spikes by place (token or pixel), rows from the top; empty where the block has no places. */
  readonly map: readonly number[];
  /** Places in a row of the map. */
  readonly width: number;
}

/** What one time-step gave. */
export interface StepAnswer {
  /** Probabilities of the classes after this step, from the mean of the logits so far. */
  readonly probabilities: readonly number[];
  /** In the order of the blocks. */
  readonly blocks: readonly BlockSpikes[];
}

/** What a network said to one picture. */
export interface Answer {
  /** Probabilities of the source network. */
  readonly source: readonly number[];
  readonly sourceLogits: readonly number[];
  /** Running means of the logits, by step. */
  readonly logits: readonly (readonly number[])[];
  readonly steps: readonly StepAnswer[];
  /** Neurons of each block. */
  readonly neurons: readonly number[];
  /** Milliseconds that the spiking network took. */
  readonly milliseconds: number;
}

/** Estimated energy of runs that end after each step, on one device. */
export interface DeviceEnergy {
  /** What the device is called. */
  readonly device: string;
  /** By step: energy relative to the source network on the same device. */
  readonly ratios: readonly number[];
}
