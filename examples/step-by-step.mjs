// Watches a spiking network make up its mind: the class and its probability after every time-step, for a few images.
//   node examples/step-by-step.mjs
import { fileURLToPath } from 'node:url';
import { conversion, engines, methods, openInputs, openNetwork } from 'transpike';

const network = await openNetwork(fileURLToPath(new URL('../models/glyphs-vit', import.meta.url)));
const calibration = await openInputs(network, 'glyphs:train', { limit: 32 });
const { model } = await conversion.convert(network.model, {
  method: methods.ecmt,
  steps: 4,
  calibration: () => calibration.batches(),
});

const images = await openInputs(network, 'glyphs:test', { limit: 4, batchSize: 4 });
const engine = await engines.createInGraphEngine(engines.planRun(model, { steps: 4 }));
for await (const batch of images.batches()) {
  // Logits [T, N, classes]: the answer of every step comes from one run.
  const { logits } = await engine.run(batch);
  const [steps = 0, count = 0, classes = 0] = logits.shape;
  for (let image = 0; image < count; image++) {
    const answers = Array.from({ length: steps }, (_, t) => {
      const from = (t * count + image) * classes;
      return mostProbable([...logits.data.subarray(from, from + classes)]);
    });
    console.log(`class ${batch.labels[image]}: ${answers.join(', ')}`);
  }
}
await engine.close();

/** The best class and its softmax. @param {number[]} logits */
function mostProbable(logits) {
  const best = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - best), 0);
  return `${logits.indexOf(best)} (${(100 / sum).toFixed(0)} %)`;
}
