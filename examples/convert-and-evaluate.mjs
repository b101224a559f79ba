// Converts the bundled Vision Transformer and measures it after every time-step, beside the network it comes from.
//   node examples/convert-and-evaluate.mjs
import { fileURLToPath } from 'node:url';
import { conversion, evaluation, methods, openInputs, openNetwork } from 'transpike';

const network = await openNetwork(fileURLToPath(new URL('../models/glyphs-vit', import.meta.url)));
const calibration = await openInputs(network, 'glyphs:train', { limit: 32 });
const test = await openInputs(network, 'glyphs:test', { limit: 64 });

const { model } = await conversion.convert(network.model, {
  method: methods.ecmt,
  steps: 4,
  calibration: () => calibration.batches(),
});
const end = await evaluation.evaluate({ model, data: { size: test.dataset.size, batches: test.batches } });
if (!end.finished) throw new Error('it was stopped');

const percent = (/** @type {number | null} */ share) => `${(100 * (share ?? Number.NaN)).toFixed(1)} %`;
const { source, steps } = end.result;
console.log(`source network: ${percent(source.top1)} of ${end.result.images} images`);
for (const { t, top1, agreement } of steps ?? [])
  console.log(`T = ${t}: ${percent(top1)}, the class of the source network for ${percent(agreement)}`);
