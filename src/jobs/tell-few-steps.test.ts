import { expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { leakyInPlaceOf } from '../finetuning/methods/leaky-neurons.ts';
import { layersThatWait } from '../finetuning/run/layers-that-wait.ts';
import { inputs, TinyTuning } from '../finetuning/run/tiny-tuning.fixture.ts';
import { methodNamed } from '../methods/methods.ts';
import { replaceNeurons } from '../spiking/replace-neurons.ts';
import type { Notice } from './notice.ts';
import { tellFewSteps } from './tell-few-steps.ts';

it('as many steps say nothing of the input as layers answer a step later, which is told', async () => {
  const { source, calibration } = await TinyTuning.open();
  const { model: plain } = await convert(source, {
    method: methodNamed('rate'),
    preset: 'max',
    steps: 3,
    async *calibration() {
      yield inputs(calibration);
    },
  });
  const spiking = replaceNeurons(plain, (site) =>
    leakyInPlaceOf(site, { fires: 'exceeding', order: 'delayed' }),
  );
  expect([layersThatWait(plain), layersThatWait(spiking)]).toEqual([0, 2]);

  const [picture, other] = [
    calibration.subarray(0, 1024).map((x) => 50 * x),
    calibration.subarray(0, 1024).map((x) => -50 * x),
  ];
  const engine = createOracleEngine(planRun(spiking));
  const [first, second] = [await engine.run(inputs(picture)), await engine.run(inputs(other))];
  const classes = first.logits.data.length / 3;
  const [before, after] = [
    [0, 2 * classes],
    [2 * classes, 3 * classes],
  ] as const;
  expect(first.logits.data.slice(...before)).toEqual(second.logits.data.slice(...before));
  expect(first.logits.data.slice(...after)).not.toEqual(second.logits.data.slice(...after));

  const told: Notice[] = [];
  const listener = { onNotice: (notice: Notice) => told.push(notice) };
  tellFewSteps(spiking, 2, listener);
  tellFewSteps(spiking, 3, listener);
  tellFewSteps(plain, 1, listener);
  expect(told).toEqual([
    {
      kind: 'few-steps',
      message:
        'each of 2 layers answers a step later than it is asked: at T = 2 the output says nothing of the pictures. Give more than 2 steps',
      means: ['steps'],
    },
  ]);
});
