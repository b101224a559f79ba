import { bootstrap } from '../metrics/bootstrap.ts';
import { defineTask } from './define-task.ts';
import { requireTargetShape } from './require-target-shape.ts';

/**
 * Networks that decide themselves: whole numbers or truth values, as behind ArgMax or a comparison, at one or several places. They are
 * compared for equality, since numbers of classes have no distances. A judgement has the places, those that agree with the source
 * network, those with a label, and those that are right; a label below 0 counts nowhere.
 */
export const decision = defineTask({
  name: 'decision',
  summary: 'whole numbers or truth values, such as the number of the best class',
  // Which numbers they are, the shape does not tell: the type of the output does.
  recognises: () => false,
  fits: (image) => !image.includes(0),
  judge({ own, source, target }) {
    const { data } = own;
    const labels = target && requireTargetShape(target, own.shape);
    let [agreeing, labelled, right] = [0, 0, 0];
    for (let i = 0; i < data.length; i++) {
      agreeing += Number(data[i] === source.data[i]);
      if (labels === undefined || labels[i]! < 0) continue;
      labelled++;
      right += Number(data[i] === labels[i]);
    }
    return [data.length, agreeing, labelled, right];
  },
  measure: (images) =>
    bootstrap(
      images.map(({ own }) => own),
      (rows) => ({ agreement: share(rows, 1, 0), accuracy: share(rows, 3, 2) }),
    ),
  figures: {
    agreement: {
      title: 'agreement',
      meaning: 'decisions that are the source network’s',
      against: 'source',
      percent: true,
      main: true,
    },
    accuracy: {
      title: 'accuracy',
      meaning: 'labelled decisions that are right',
      against: 'target',
      percent: true,
      main: true,
    },
  },
  quality: ({ accuracy }) => accuracy.value,
  likeness: ({ agreement }) => agreement.value,
  names: { quality: 'accuracy', likeness: 'agreement' },
});

function share(rows: readonly (readonly number[])[], part: number, whole: number): number | null {
  let [some, all] = [0, 0];
  for (const row of rows) {
    some += row[part]!;
    all += row[whole]!;
  }
  return all > 0 ? some / all : null;
}
