export { accumulate } from './accumulate';
export { countColumns, countRows } from './count-non-zero';
export { multiThreshold, multiThresholdLadder } from './multi-threshold';
