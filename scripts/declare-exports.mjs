// Writes the TypeScript declarations of a WebAssembly module from its AssemblyScript: what its functions are given, and where
// the fields of the records lie that they are given by address. What does not match then does not compile.

/** How a field is written, by its type in AssemblyScript. */
const fieldKinds = {
  i32: ['whole', 'number'],
  usize: ['whole', 'number'],
  f32: ['number', 'number'],
  Floats: ['floats', 'readonly number[]'],
};

/** `CommonFlags.Private | CommonFlags.Protected` of the compiler. */
const hidden = 512 | 1024;

/** Makes an extension of the compiler that passes on the declarations of what index.ts exports. */
export function declareExports(name, receive) {
  return class {
    afterCompile(module) {
      const files = [...this.program.filesByName.values()];
      const index = files.find(({ internalName }) => internalName.endsWith('assembly/index'));
      receive(writeDeclarations(name, [...index.exports].map(describeFunction), endOfData(module)));
    }
  };
}

function endOfData(module) {
  const segments = Array.from({ length: module.getNumDataSegments() }, (_, i) =>
    module.getDataSegmentInfo(module.getDataSegmentByIndex(i)),
  );
  return Math.max(0, ...segments.map(({ offset, data }) => offset + data.byteLength));
}

function describeFunction([name, prototype]) {
  const [{ signature }] = prototype.instances.values();
  const names = prototype.functionTypeNode.parameters.map((parameter) => parameter.name.text);
  const types = signature.parameterTypes;
  const record = types.length === 1 ? types[0].classReference : undefined;
  const returns = signature.returnType.toString() === 'void' ? 'void' : 'number';
  return { name, parameters: names, returns, record: record && describeRecord(record) };
}

/** A record; what the class of all neurons holds stands apart. */
function describeRecord(type) {
  const bases = [type];
  while (bases[0].base) bases.unshift(bases[0].base);
  const common = bases.find(({ name }) => name === 'NeuronRun');
  const all = fieldsOf(type);
  const shared = new Set(common && fieldsOf(common).map(({ name }) => name));
  return {
    name: type.name,
    bytes: type.nextMemoryOffset,
    fields: all.filter(({ name }) => !shared.has(name)),
    common: common && { name: common.name, fields: fieldsOf(common) },
  };
}

/** The fields that are written from outside, each with the offset in bytes. */
function fieldsOf(type) {
  const members = [...type.members].map(([name, member]) => ({ name, field: member.instance ?? member }));
  return members
    .filter(({ field }) => field.isField && !(field.flags & hidden))
    .map(({ name, field }) => {
      const kind = fieldKinds[field.type.classReference?.name ?? field.type.toString()];
      if (!kind) throw new Error(`${type.name}.${name}: no field of a record can be a ${field.type}`);
      const [write, accepts] = kind;
      return { name, write, accepts, offset: field.memoryOffset };
    });
}

function writeDeclarations(name, functions, dataBytes) {
  const records = byName(functions.flatMap(({ record }) => record ?? []));
  const commons = byName(records.flatMap(({ common }) => common ?? []));
  const lines = [
    '// Made by scripts/build-kernels.mjs from assembly/, where the meaning and units stand. Do not edit.',
    ...(records.length > 0 ? ["import type { RecordWriter } from './record-writer.ts';"] : []),
    '',
    '/** The functions of the module. Addresses and strides are in bytes. */',
    `export interface ${name} {`,
    ...functions.map(signatureOf),
    '}',
    '',
    '/** How many parameters each of them has. */',
    `export const parameterCounts: { readonly [F in keyof ${name}]: number } = {`,
    ...functions.map((each) => `  ${each.name}: ${each.parameters.length},`),
    '};',
  ];
  if (records.length === 0) return `${lines.join('\n')}\n`;
  lines.push('', "/** Where the module's own data ends. */", `export const dataBytes = ${dataBytes};`);
  lines.push('', '/** Bytes of the largest record. */', `export const recordBytes = ${largest(records)};`);
  for (const common of commons) lines.push(...recordLines(common, 'export '));
  for (const record of records) lines.push(...recordLines(record));
  lines.push(...tableLines('neuron', 'the kernels of neurons', functions, ({ common }) => common));
  lines.push(...tableLines('call', 'other functions', functions, ({ common }) => !common));
  return `${lines.join('\n')}\n`;
}

/** Each once: several functions may be told the same. */
function byName(records) {
  return [...new Map(records.map((record) => [record.name, record])).values()];
}

function largest(records) {
  return Math.max(...records.map(({ bytes }) => bytes));
}

function signatureOf({ name, parameters, returns }) {
  return `  ${name}(${parameters.map((each) => `${each}: number`).join(', ')}): ${returns};`;
}

function recordLines({ name, fields }, visible = '') {
  return [
    '',
    `${visible}interface ${name}Fields {`,
    ...fields.map((field) => `  readonly ${field.name}: ${field.accepts};`),
    '}',
    '',
    `${visible}function write${name}(to: RecordWriter, from: ${name}Fields): void {`,
    ...fields.map((field) => `  to.${field.write}(${field.offset}, from.${field.name});`),
    '}',
  ];
}

/** What the functions of one sort are told, and how that is written. */
function tableLines(sort, what, functions, isOfThem) {
  const those = functions.filter(({ record }) => record && isOfThem(record));
  if (those.length === 0) return [];
  const type = `${sort[0].toUpperCase()}${sort.slice(1)}Records`;
  return [
    '',
    `/** What ${what} are told, by the name of the function. */`,
    `export interface ${type} {`,
    ...those.map((each) => `  readonly ${each.name}: ${each.record.name}Fields;`),
    '}',
    '',
    `export const ${sort}Writers: { readonly [F in keyof ${type}]: (to: RecordWriter, from: ${type}[F]) => void } = {`,
    ...those.map((each) => `  ${each.name}: write${each.record.name},`),
    '};',
  ];
}
