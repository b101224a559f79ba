import { exportsOf, type WasmMemory } from '../web-assembly.ts';
import {
  type CallRecords,
  callWriters,
  dataBytes,
  type KernelExports,
  type NeuronRecords,
  type NeuronRunFields,
  neuronWriters,
  parameterCounts,
  recordBytes,
  writeNeuronRun,
} from './kernel-exports.ts';
import { RecordWriter } from './record-writer.ts';

/** Bytes for the tables that a record refers to. */
const tableBytes = 1024;

const alignment = 64;
const address = alignment * Math.ceil(dataBytes / alignment);
const tables = address + alignment * Math.ceil(recordBytes / alignment);

/** Lowest addresses, in bytes: the module's own data, and what its functions are given. The rest of the memory is free. */
export const moduleBytes = tables + tableBytes;

/** The compiled kernels at work on a memory. */
export class KernelModule {
  readonly memory: WasmMemory;
  readonly functions: KernelExports;
  readonly #record: RecordWriter;

  /** @throws RuntimeError if the compiled kernels are missing, damaged or of another build */
  constructor(memory: WasmMemory) {
    this.memory = memory;
    this.functions = { ...exportsOf<KernelExports>('kernels', memory, parameterCounts) };
    this.#record = new RecordWriter(memory, { address, tables, end: moduleBytes });
  }

  /** Runs neurons. @param settings their parameters and choices, as the record of the function names them */
  runNeurons<F extends keyof NeuronRecords>(name: F, run: NeuronRunFields, settings: NeuronRecords[F]): void {
    this.#record.begin();
    writeNeuronRun(this.#record, run);
    neuronWriters[name](this.#record, settings);
    this.functions[name](address);
  }

  /** Calls any other function that is given a record. */
  call<F extends keyof CallRecords>(name: F, record: CallRecords[F]): void {
    this.#record.begin();
    callWriters[name](this.#record, record);
    this.functions[name](address);
  }
}
