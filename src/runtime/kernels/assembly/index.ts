export { accumulate } from './accumulate';
export { countColumns, countRows } from './count-non-zero';
export { integrateAndFire, offsetCalibrating } from './integrate-and-fire';
export { multiThreshold, multiThresholdLadder } from './multi-threshold';
