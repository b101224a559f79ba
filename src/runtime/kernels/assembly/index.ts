export { accumulate } from './accumulate';
export { chargeAligned } from './charge-aligned';
export { countColumns, countRows } from './count-non-zero';
export { integrateAndFire, offsetCalibrating } from './integrate-and-fire';
export { multiThreshold, multiThresholdLadder } from './multi-threshold';
