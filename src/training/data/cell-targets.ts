import { objectColumns } from '../../data/object-columns.ts';
import { type CellGrid, countCells } from '../../detection/cell-grids.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';

/** Objects whose longer side is from so many strides of a scale on belong to the next one. */
const longestSide = 3;

/** Standard deviation of the heat around the middle of an object, in strides. */
const spread = 0.5;

/** Heat from which on a cell tells the box, too. */
const telling = 0.4;

/** What is wanted of the cells of a picture. */
export interface CellTargetSettings {
  /** Scales, finest first. */
  readonly grids: readonly CellGrid[];
  readonly classes: number;
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Writes what the cells of all scales should tell of objects, [K, 4 + classes] as the loss `boxes` takes it. An object belongs to the finest scale that it is
 * not too large for; the cell that has its middle has heat 1, others exp(−d²/2σ²) by the distance d of their middle. Where two objects meet, a cell tells the nearer.
 *
 * @param target zeros; filled in
 * @param objects [number, {@link objectColumns}], as shares of the picture
 * @param moved pixels that the picture was moved left and up; what lies outside then is cut off
 */
export function placeObjects(
  target: Float32Array,
  { shape: [count = 0], data }: FloatTensor,
  { grids, classes, width, height }: CellTargetSettings,
  [left, up]: readonly [left: number, up: number],
): void {
  const nearest = new Float32Array(countCells(grids));
  const columns = objectColumns.length;
  for (let i = 0; i < count; i++) {
    const at = (column: (typeof objectColumns)[number]) => data[i * columns + objectColumns.indexOf(column)]!;
    const cut = (share: number, length: number, by: number) =>
      Math.min(Math.max(share * length - by, 0), length);
    const box = [
      cut(at('left'), width, left),
      cut(at('top'), height, up),
      cut(at('right'), width, left),
      cut(at('bottom'), height, up),
    ] as const;
    if (box[2] - box[0] < 1 || box[3] - box[1] < 1) continue;
    placeObject({ target, nearest, grids, classes }, box, at('class'));
  }
}

interface Canvas extends Pick<CellTargetSettings, 'grids' | 'classes'> {
  readonly target: Float32Array;
  /** Largest heat of any object at each cell. */
  readonly nearest: Float32Array;
}

function placeObject(
  { target, nearest, grids, classes }: Canvas,
  box: readonly [number, number, number, number],
  label: number,
): void {
  const side = Math.max(box[2] - box[0], box[3] - box[1]);
  const fitting = grids.findIndex(({ stride }) => side < longestSide * stride);
  const scale = fitting < 0 ? grids.length - 1 : fitting;
  const { stride, width, height } = grids[scale]!;
  const first = countCells(grids.slice(0, scale));
  const [x, y] = [(box[0] + box[2]) / 2 / stride, (box[1] + box[3]) / 2 / stride];
  const own = Math.min(Math.floor(y), height - 1) * width + Math.min(Math.floor(x), width - 1);
  for (let cell = 0; cell < width * height; cell++) {
    const [column, row] = [(cell % width) + 0.5, Math.floor(cell / width) + 0.5];
    const distance = (column - x) ** 2 + (row - y) ** 2;
    const heat = cell === own ? 1 : 0.999 * Math.exp(-distance / (2 * spread ** 2));
    const start = (first + cell) * (4 + classes);
    target[start + 4 + label] = Math.max(target[start + 4 + label]!, heat);
    if (heat < telling || heat <= nearest[first + cell]!) continue;
    nearest[first + cell] = heat;
    target.set(
      [column - box[0] / stride, row - box[1] / stride, box[2] / stride - column, box[3] / stride - row],
      start,
    );
  }
}
