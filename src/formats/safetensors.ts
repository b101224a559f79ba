/** The safetensors format: read a file or a whole checkpoint folder, write a file. */
export { readCheckpointTensors } from './safetensors-checkpoint.ts';
export { readSafetensors } from './safetensors-read.ts';
export { writeSafetensors } from './safetensors-write.ts';
