import { cFunctions } from './c-functions.ts';
import { asMaps, type IntegerNetwork, type IntegerNode, type IntegerPopulation } from './integer-network.ts';

/** A sample for the test in the file, and what the network answers to it. */
export interface CGolden {
  /** Whole numbers by input. */
  readonly input: ReadonlyMap<string, Int32Array>;
  /** Sums after the last step by output. */
  readonly outputs: ReadonlyMap<string, Int32Array>;
  /** Spikes of all populations together. */
  readonly spikes: number;
}

/**
 * An integer network as one C99 file: no allocation, no library beside the headers of the language. `transpike_run` takes whole numbers
 * and gives the sums of the outputs; compiled with TRANSPIKE_TEST it has a `main` that runs the golden sample and says whether all is equal.
 */
export function cCode(network: IntegerNetwork, golden: CGolden, name: string): string {
  const ids = new Map(network.nodes.map((node, i) => [node.name, `n${i}`]));
  const id = (of: string) => ids.get(of) ?? of;
  const inputs = network.nodes.filter((node) => node.kind === 'input');
  const outputs = network.nodes.filter((node) => node.kind === 'output');
  const parameters = [
    ...inputs.map((node) => `const int8_t *${id(node.name)}_input`),
    ...outputs.map((node) => `int32_t *${id(node.name)}_output`),
  ].join(', ');
  return [
    header(network, name),
    cFunctions(
      network.format,
      network.nodes.some(({ kind }) => kind === 'sum-pool'),
    ),
    ...network.nodes.map((node) => declarations(node, id, network)),
    `/* ${inputs.map((node) => `${node.name}: ${sizeOf(node)} numbers${node.overTime ? ` a step, ${network.steps} steps` : ''}, channels first`).join('; ')}. Returns the number of spikes. */`,
    `uint32_t transpike_run(${parameters})`,
    '{',
    '    uint32_t spikes = 0;',
    '    int32_t step;',
    ...network.nodes.flatMap((node) => beginning(node, id)),
    `    for (step = 0; step < ${network.steps}; step++) {`,
    ...network.nodes.flatMap((node) => stepOf(node, id, network)),
    '    }',
    ...outputs.map(
      (node) =>
        `    memcpy(${id(node.name)}_output, ${id(node.name)}_potential, sizeof ${id(node.name)}_potential);`,
    ),
    '    return spikes;',
    '}',
    '',
    test(network, golden, id),
  ].join('\n');
}

type Id = (name: string) => string;

function header({ steps, format }: IntegerNetwork, name: string): string {
  return `/*
 * ${name}: a spiking network in whole numbers, ${steps} steps, ${format.weightBits}-bit weights, ${format.accumulatorBits}-bit potentials that ${format.overflow}.
 * Test: cc -std=c99 -O2 -DTRANSPIKE_TEST FILE.c && ./a.out
 */
#include <stdint.h>
#include <string.h>
#ifdef TRANSPIKE_TEST
#include <stdio.h>
#endif
`;
}

function sizeOf({ shape }: IntegerNode): number {
  return shape.reduce((product, length) => product * length, 1);
}

function declarations(node: IntegerNode, id: Id, { format }: IntegerNetwork): string {
  const own = id(node.name);
  const size = sizeOf(node);
  const value = `static int16_t ${own}_value[${size}];`;
  if (node.kind === 'input' || node.kind === 'sum-pool') return `/* ${node.name} */\n${value}\n`;
  const type = format.weightBits === 16 ? 'int16_t' : 'int8_t';
  return [
    `/* ${node.name} */`,
    ...node.synapses.map(
      ({ weight }, i) => `static const ${type} ${own}_weight${i}[${weight.length}] = {${lines(weight)}};`,
    ),
    `static const int32_t ${own}_bias[${node.bias.length}] = {${lines(node.bias)}};`,
    ...(node.kind === 'population'
      ? [table(own, 'threshold', node.threshold), table(own, 'initial', node.initialPotential), value]
      : []),
    `static int32_t ${own}_potential[${size}];`,
    `static int32_t ${own}_arriving[${size}];`,
    `static int32_t ${own}_constant[${size}];`,
    '',
  ].join('\n');
}

/** One number where all neurons share it. */
function table(own: string, what: string, numbers: Int32Array): string {
  const shared = numbers.every((value) => value === numbers[0]);
  const kept = shared ? numbers.subarray(0, 1) : numbers;
  return `static const int32_t ${own}_${what}[${kept.length}] = {${lines(kept)}};`;
}

function lines(numbers: Int32Array): string {
  const rows: string[] = [];
  for (let i = 0; i < numbers.length; i += 32)
    rows.push(Array.from(numbers.subarray(i, i + 32), literal).join(','));
  return rows.join(',\n');
}

/** The lowest number of 32 bits is no literal of C. */
function literal(value: number): string {
  return value === -(2 ** 31) ? '(-2147483647-1)' : String(value);
}

function beginning(node: IntegerNode, id: Id): string[] {
  if (node.kind === 'input' || node.kind === 'sum-pool') return [];
  const own = id(node.name);
  const size = sizeOf(node);
  if (node.kind === 'output') return [`    memset(${own}_potential, 0, sizeof ${own}_potential);`];
  const at = node.initialPotential.every((value) => value === node.initialPotential[0]) ? 1 : size;
  return [`    fill(${own}_potential, ${size}, ${own}_initial, ${at});`];
}

function stepOf(node: IntegerNode, id: Id, { nodes }: IntegerNetwork): string[] {
  const own = id(node.name);
  const [channels, height, width] = asMaps(node.shape);
  if (node.kind === 'input') {
    const load = `load(${own}_value, ${own}_input${node.overTime ? ` + step * ${sizeOf(node)}` : ''}, ${channels}, ${height * width});`;
    return [node.overTime ? `        ${load}` : `        if (step == 0) ${load}`];
  }
  if (node.kind === 'sum-pool') {
    const [, fromHeight, fromWidth] = asMaps(node.fromShape);
    const numbers = [
      channels,
      fromHeight,
      fromWidth,
      height,
      width,
      ...node.kernel,
      ...node.stride,
      ...node.padding,
    ];
    return [`        sum_pool(${own}_value, ${id(node.from)}_value, ${numbers.join(', ')});`];
  }
  const isConstant = (name: string) =>
    nodes.some((each) => each.kind === 'input' && each.name === name && !each.overTime);
  const calls = node.synapses.map((each, i) => ({
    constant: isConstant(each.from),
    call: scatterCall(node, i, id),
  }));
  const size = sizeOf(node);
  const arriving = (to: string) => `${own}_${to}`;
  return [
    '        if (step == 0) {',
    `            memset(${arriving('constant')}, 0, sizeof ${arriving('constant')});`,
    ...calls
      .filter(({ constant }) => constant)
      .map(({ call }) => `            ${call(arriving('constant'))}`),
    '        }',
    `        memcpy(${arriving('arriving')}, ${arriving('constant')}, sizeof ${arriving('arriving')});`,
    ...calls.filter(({ constant }) => !constant).map(({ call }) => `        ${call(arriving('arriving'))}`),
    `        integrate(${own}_potential, ${own}_arriving, ${own}_bias, ${size}, ${node.bias.length});`,
    ...(node.kind === 'population'
      ? [
          `        spikes += fire(${own}_value, ${own}_potential, ${own}_threshold, ${size}, ${sharedOr(node.threshold)});`,
        ]
      : []),
  ];
}

function sharedOr(numbers: Int32Array): number {
  return numbers.every((value) => value === numbers[0]) ? 1 : numbers.length;
}

function scatterCall(node: IntegerPopulation, i: number, id: Id): (sums: string) => string {
  const each = node.synapses[i];
  if (!each) return () => '';
  const { fromShape, toShape, kernel, stride, padding, dilation, groups, from } = each;
  const numbers = [...fromShape, ...toShape, ...kernel, ...stride, ...padding, ...dilation, groups];
  return (sums) => `scatter(${sums}, ${id(from)}_value, ${id(node.name)}_weight${i}, ${numbers.join(', ')});`;
}

function test({ nodes }: IntegerNetwork, { input, outputs, spikes }: CGolden, id: Id): string {
  const inputs = nodes.filter((node) => node.kind === 'input');
  const made = nodes.filter((node) => node.kind === 'output');
  const given = [
    ...inputs.map((node) => `${id(node.name)}_golden`),
    ...made.map((node) => `${id(node.name)}_answer`),
  ].join(', ');
  return [
    '#ifdef TRANSPIKE_TEST',
    ...inputs.map((node) => {
      const numbers = input.get(node.name) ?? new Int32Array(0);
      return `static const int8_t ${id(node.name)}_golden[${numbers.length}] = {${lines(numbers)}};`;
    }),
    ...made.map((node) => {
      const numbers = outputs.get(node.name) ?? new Int32Array(0);
      return `static const int32_t ${id(node.name)}_expected[${numbers.length}] = {${lines(numbers)}};\nstatic int32_t ${id(node.name)}_answer[${numbers.length}];`;
    }),
    'int main(void)',
    '{',
    `    uint32_t spikes = transpike_run(${given});`,
    `    int wrong = spikes != ${spikes}u;`,
    ...made.map(
      (node) =>
        `    wrong |= memcmp(${id(node.name)}_answer, ${id(node.name)}_expected, sizeof ${id(node.name)}_answer) != 0;`,
    ),
    '    printf("%s, %lu spikes\\n", wrong ? "differs" : "equal", (unsigned long)spikes);',
    '    return wrong;',
    '}',
    '#endif',
    '',
  ].join('\n');
}
