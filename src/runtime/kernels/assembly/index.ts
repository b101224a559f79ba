export { accumulate } from './accumulate';
export { burst } from './burst';
export { chargeAligned } from './charge-aligned';
export { countColumns, countRows } from './count-non-zero';
export { fewSpikes } from './few-spikes';
export { integrateAndFire, offsetCalibrating } from './integrate-and-fire';
export { multiThreshold, multiThresholdLadder } from './multi-threshold';
export { stBif } from './st-bif';
export { uniformUnits } from './uniform-units';
