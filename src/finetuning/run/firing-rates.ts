import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { type UnrolledModel, unrollSpiking } from '../unrolled/unroll-spiking.ts';
import { type FineTuningTask, partsOfBatch, trainingPlan } from './fine-tuning-task.ts';

/** Largest number of test samples that are looked at. */
const samples = 256;

/** Share of the neurons of each site that spike in a step, mean over the steps and up to 256 test samples, by the name of the site. */
export async function firingRates(
  spiking: Model,
  task: FineTuningTask,
): Promise<ReadonlyMap<string, number>> {
  const { plan, test, normalisation } = task;
  const { batchSize } = partsOfBatch(trainingPlan(task), plan);
  const { model, sites } = unrollSpiking(spiking, { steps: plan.steps, batchSize, surrogate: 'none' });
  const values = appendFiring(model, sites);
  const { name, shape = [] } = mustExist(model.graph.inputs[0], 'an input');
  const loader = new BatchLoader(test, batchSize, normalisation);
  const sums = new Map([...values.keys()].map((site) => [site, 0]));
  const size = Math.min(test.size, samples);
  const session = await OrtSession.create(exposeValues(model, values.values(), false));
  try {
    for (let first = 0; first < size; first += batchSize) {
      const count = Math.min(await loader.loadTest(first), size - first);
      const found = await session.run(
        new Map([[name, { shape: [batchSize, ...shape.slice(1).map(Number)], data: loader.inputs }]]),
      );
      for (const [site, value] of values) {
        const shares = [...lookUp(found, value, 'output').data.subarray(0, count)];
        sums.set(
          site,
          shares.reduce((sum, share) => sum + share, lookUp(sums, site, 'site')),
        );
      }
    }
  } finally {
    await session.release();
  }
  return new Map([...sums].map(([site, sum]) => [site, sum / size]));
}

/** Appends, for each site, the share of its neurons and steps in which it spikes, one a sample. @returns their names by site */
const appendFiring = definePass({
  name: 'append-firing',
  summary: 'Says how many neurons of each site spike.',
  rewrites: 'input',
  apply(model: Model, sites: UnrolledModel['sites']): ReadonlyMap<string, string> {
    return new Map(
      [...sites].map(([site, { spikes }]) => {
        const build = new GraphBuilder(model.graph, `firing.${site}.`);
        const shares = spikes.map((spike) => {
          const fired = build.op('Sign', [build.op('Abs', [spike])]);
          const flat = build.op('Flatten', [fired], { axis: 1 });
          return build.op('ReduceMean', [flat], { axes: [1], keepdims: 0 });
        });
        const sum = shares.length === 1 ? mustExist(shares[0], 'a step') : build.op('Sum', shares);
        return [site, build.op('Div', [sum, build.scalar('steps', shares.length)])];
      }),
    );
  },
});
