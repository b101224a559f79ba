// Estimates the energy of a spiking network on a device of one's own, beside that of the network it comes from.
//   node examples/own-device.mjs
import { fileURLToPath } from 'node:url';
import { conversion, energy, engines, methods, openInputs, openNetwork } from 'transpike';

/** @returns {import('transpike').energy.DeviceFigure} */
const assumed = (/** @type {number} */ picojoules) => ({
  picojoules,
  status: 'substitute',
  source: 'assumed for this example',
});
const device = energy.defineDevice({
  name: 'my-chip',
  title: 'My chip',
  summary: 'An accumulation costs a tenth of a multiply-accumulation.',
  weightBits: 8,
  activationBits: 8,
  stateBits: 16,
  figures: {
    multiplyAccumulate: assumed(1),
    accumulate: assumed(0.1),
    shift: assumed(0.02),
    add: assumed(0.05),
    multiply: assumed(0.5),
    weightWord: assumed(0.5),
    stateWord: assumed(0.5),
    neuronUpdate: 'counted',
    transfer: 'counted',
  },
});

const network = await openNetwork(fileURLToPath(new URL('../models/glyphs-cnn', import.meta.url)));
const images = await openInputs(network, 'glyphs:test', { limit: 32, batchSize: 32 });
const { model } = await conversion.convert(network.model, {
  method: methods.rate,
  steps: 8,
  calibration: () => images.batches(),
});

const source = conversion.toSourceForm(model);
const operations = await energy.countOperations(source);
const dense = energy.totalEnergy(energy.sourceEstimate(operations, device));
console.log(`${device.title}, estimates for one image`);
console.log(`source network: ${dense.toFixed(0)} nJ`);

// The engine counts the spikes of every site at every step.
const sites = conversion.sitesOf(model);
const plan = engines.planRun(model, { statistics: true, keep: sites.map(({ spikes }) => spikes) });
const engine = await engines.byName.fast(plan, {});
for await (const batch of images.batches()) {
  const { activity, values } = await engine.run(batch);
  if (!activity) throw new Error('expected the counts that the plan asks for');
  const count = batch.ids.length;
  const neurons = new Map(
    sites.map(({ name, spikes }) => [name, (values.get(spikes)?.data.length ?? 0) / (plan.steps * count)]),
  );
  const load = energy.spikingLoad(model, { graph: source.graph, operations }, activity, count, neurons);
  for (const [i, breakdown] of energy.fullEstimate(load, device).entries()) {
    const nanojoules = energy.totalEnergy(breakdown);
    const ratio = (nanojoules / dense).toFixed(2);
    console.log(`T = ${i + 1}: ${nanojoules.toFixed(0)} nJ, ${ratio} times the source network`);
  }
}
await engine.close();
