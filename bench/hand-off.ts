/**
 * What a network loses where it is handed on: `npm run bench:hand-off -- NETWORK DATA [--calibrate DATA] [--images 200] [--whole 1000] [--steps 32] [--method rate]`.
 *
 * Converts a ReLU network; says on how many images the network that is read again from its NIR file answers alike; whether the C file, built
 * by gcc with all warnings and checks of undefined behaviour, gives the same sums as the integer twin on 100 inputs, in how many cycles and bytes; and how many images that
 * file, which is the twin, gets right beside the float network.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  bestClass,
  c,
  convert,
  engines,
  type FloatTensor,
  integerNetworkOf,
  methodNamed,
  nir,
  openInputs,
  openNetwork,
  planRun,
  readNir,
  sliceSamples,
  spikingFromNir,
  type TensorBatch,
} from '#internals';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    calibrate: { type: 'string' },
    images: { type: 'string', default: '200' },
    whole: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '32' },
    method: { type: 'string', default: 'rate' },
  },
});
const [path = 'models/glyphs-cnn', data = 'glyphs:test?size=1000'] = positionals;
const steps = Number(values.steps);
const network = await openNetwork(path);
const calibration = await openInputs(network, values.calibrate ?? 'glyphs:train?size=256', { limit: 256 });
const { model } = await convert(network.model, {
  method: methodNamed(values.method),
  steps,
  calibration: () => calibration.batches(),
});
const limit = Math.max(Number(values.whole), Number(values.images));
const inputs = await openInputs(network, data, { limit, batchSize: limit });
const { value: batch } = (await inputs.batches().next()) as { value: TensorBatch };

/** Classes after the last step. */
async function answers(spiking: typeof model, images: FloatTensor): Promise<number[]> {
  const engine = await engines.fast(planRun(spiking, { steps }), { threads: 2 });
  const count = images.shape[0] ?? 0;
  const found: number[] = [];
  for (let from = 0; from < count; from += 20) {
    const { logits } = await engine.run(sliceSamples(images, from, from + 20));
    const [, rows = 0, classes = 0] = logits.shape;
    const last = Float32Array.from(logits.data.slice(-rows * classes));
    for (let n = 0; n < rows; n++) found.push(bestClass(last.subarray(n * classes, (n + 1) * classes)));
  }
  await engine.close();
  return found;
}

const images = sliceSamples(batch, 0, Number(values.images)) as FloatTensor;
const bytes = (await nir.make(model)) as Uint8Array;
const again = spikingFromNir(await readNir(bytes, 'network.nir'), 'network.nir');
const [mine, theirs] = [await answers(model, images), await answers(again, images)];
const alike = mine.filter((answer, n) => answer === theirs[n]).length;
console.log(
  `NIR: ${alike} of ${mine.length} classes alike at T = ${steps}, ${(bytes.length / 2 ** 20).toFixed(1)} MB`,
);

const whole = sliceSamples(batch, 0, Number(values.whole)) as FloatTensor;
const { network: integers, samples } = await integerNetworkOf(model, 'c', { goldenInput: whole });
const floats = await answers(model, whole);
const kept: { readonly input: Int32Array; readonly sums: Int32Array }[] = [];
let overflows = 0;
for (const { input, run } of samples()) {
  const [all = new Int32Array(0)] = run.outputs.values();
  const [given = new Int32Array(0)] = input.values();
  kept.push({ input: given, sums: all.slice(-all.length / steps) });
  overflows += run.overflows;
  if (kept.length === 100) break;
}
const worst = Math.max(
  ...integers.nodes.map((node) => (node.kind === 'population' ? node.thresholdError : 0)),
);
const scale = Math.max(...integers.nodes.map((node) => (node.kind === 'input' ? node.scale : 0)));
const given = Int8Array.from(whole.data, (value) => Math.max(-127, Math.min(127, Math.round(value / scale))));

const folder = mkdtempSync(join(tmpdir(), 'hand-off-'));
try {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('net.c'), (await c.make(model, { goldenInput: whole })) as Uint8Array);
  const strict = [
    '-std=c99',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-pedantic',
    '-fsanitize=undefined',
    '-fno-sanitize-recover',
  ];
  execFileSync('gcc', [...strict, '-O1', '-DTRANSPIKE_TEST', '-o', at('test'), at('net.c')]);
  console.log(`C, golden input: ${execFileSync(at('test'), { encoding: 'utf8' }).trim()}`);
  const [size, classes] = [kept[0]?.input.length ?? 0, kept[0]?.sums.length ?? 0];
  writeFileSync(
    at('main.c'),
    `#include <stdint.h>
#include <stdio.h>
uint32_t transpike_run(const int8_t *, int32_t *);
static int8_t in[${size}];
static int32_t out[${classes}];
int main(void)
{
    unsigned long long cycles = 0, n = 0;
    while (fread(in, 1, sizeof in, stdin) == sizeof in) {
        unsigned long long from = __builtin_ia32_rdtsc();
        transpike_run(in, out);
        cycles += __builtin_ia32_rdtsc() - from;
        n++;
        fwrite(out, 1, sizeof out, stdout);
    }
    fprintf(stderr, "%llu", cycles / n);
    return 0;
}
`,
  );
  const golden = Buffer.concat(kept.map(({ input }) => Buffer.from(Int8Array.from(input).buffer)));
  writeFileSync(at('checked.bin'), golden);
  writeFileSync(at('fast.bin'), given);
  for (const [name, flags] of [
    ['checked', [...strict, '-O1']],
    ['fast', ['-std=c99', '-O3']],
  ] as const) {
    // The driver counts cycles by what no standard has.
    execFileSync('gcc', [...flags, '-c', '-o', at('net.o'), at('net.c')]);
    const more = name === 'checked' ? ['-fsanitize=undefined'] : [];
    execFileSync('gcc', ['-O1', ...more, '-o', at(name), at('main.c'), at('net.o')]);
    execFileSync('sh', [
      '-c',
      `'${at(name)}' < '${at(`${name}.bin`)}' > '${at('out.bin')}' 2> '${at('cycles')}'`,
    ]);
    const made = readFileSync(at('out.bin'));
    const sums = new Int32Array(made.buffer.slice(made.byteOffset, made.byteOffset + made.length));
    const equal = kept.filter(({ sums: expected }, i) =>
      expected.every((value, k) => value === sums[i * classes + k]),
    ).length;
    const cycles = Number(readFileSync(at('cycles'), 'utf8'));
    console.log(
      `C, ${name}: ${equal} of ${kept.length} equal, ${(cycles / 1e6).toFixed(0)} million cycles an inference`,
    );
    if (name === 'fast') compare(sums, classes);
  }
  execFileSync('gcc', ['-std=c99', '-Os', '-c', '-o', at('small.o'), at('net.c')]);
  console.log(
    `${execFileSync('size', [at('small.o')], { encoding: 'utf8' }).trim()}; ${statSync(at('net.c')).size} bytes of C`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** How often the twin is right and says the same as the float network. */
function compare(sums: Int32Array, classes: number): void {
  const found = Array.from({ length: sums.length / classes }, (_, n) => {
    const own = sums.subarray(n * classes, (n + 1) * classes);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b), -Infinity));
  });
  const share = (count: number) => `${((100 * count) / found.length).toFixed(2)} %`;
  const right = (answers: readonly number[]) =>
    answers.filter((answer, n) => answer === batch.labels[n]).length;
  const alike = found.filter((answer, n) => answer === floats[n]).length;
  console.log(
    `integer twin, 8 bits, ${found.length} images: ${share(right(found))}, float ${share(right(floats))}, alike ${share(alike)}; ${overflows} overflows in ${kept.length}, thresholds within ${(100 * worst).toFixed(3)} %`,
  );
}
