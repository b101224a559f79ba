/**
 * Trains the bundled networks again: `npm run train:default` makes models/glyphs-vit, and
 * `npm run train:default -- glyphs-cnn glyphs-cnn-qcfs` the others. Runs are in runs/train/NAME and resume there.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { runTraining, type TrainingEvent } from '#internals';

const names = process.argv.length > 2 ? process.argv.slice(2) : ['glyphs-vit'];

function clock(seconds: number) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function print(event: TrainingEvent) {
  if (event.kind === 'epoch') {
    const { epoch, epochs, trainLoss, testLoss, testAccuracy } = event;
    const losses = `loss ${trainLoss.toFixed(4)}, test loss ${testLoss.toFixed(4)}`;
    console.log(`epoch ${epoch}/${epochs}: ${losses}, test accuracy ${(100 * testAccuracy).toFixed(2)} %`);
  } else if (event.step % 100 === 0) {
    const { step, steps, loss, secondsLeft } = event;
    console.log(`  step ${step}/${steps}: loss ${loss.toFixed(4)}, ${clock(secondsLeft)} left`);
  }
}

for (const name of names) {
  const out = `runs/train/${name}`;
  const resume = existsSync(`${out}/checkpoint.safetensors`);
  console.log(`${name}: ${resume ? 'resumes' : 'starts'} in ${out}`);
  await runTraining(`recipes/${name}.json`, { out, resume, onProgress: print });
  mkdirSync(`models/${name}`, { recursive: true });
  for (const file of ['model.safetensors', 'config.json'])
    copyFileSync(`${out}/${file}`, `models/${name}/${file}`);
  console.log(`${name}: the network is in models/${name}`);
}
