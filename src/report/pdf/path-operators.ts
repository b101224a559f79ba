type Point = readonly [x: number, y: number];

/** Numbers that each command takes. */
const lengths: Readonly<Record<string, number>> = { m: 2, l: 2, h: 1, v: 1, c: 6, q: 4, a: 7, z: 0 };

/** Operators of PDF for the data of an SVG path: M, L, H, V, C, Q, A and Z, absolute and relative. */
export function pathOperators(data: string): string[] {
  const operators: string[] = [];
  let at: Point = [0, 0];
  let start: Point = at;
  for (const { command, numbers } of commandsOf(data)) {
    const lower = command.toLowerCase();
    const [dx, dy] = command === lower ? at : [0, 0];
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = numbers;
    if (lower === 'z') {
      operators.push('h');
      at = start;
    } else if (lower === 'm') {
      at = [a + dx, b + dy];
      start = at;
      operators.push(`${pair(at)} m`);
    } else if (lower === 'c') {
      operators.push(`${pair([a + dx, b + dy])} ${pair([c + dx, d + dy])} ${pair([e + dx, f + dy])} c`);
      at = [e + dx, f + dy];
    } else if (lower === 'q') {
      const end: Point = [c + dx, d + dy];
      operators.push(quadratic(at, [a + dx, b + dy], end));
      at = end;
    } else if (lower === 'a') {
      const end: Point = [f + dx, g + dy];
      operators.push(...arc(at, end, [a, b], d !== 0, e !== 0));
      at = end;
    } else {
      at = lower === 'h' ? [a + dx, at[1]] : lower === 'v' ? [at[0], a + dy] : [a + dx, b + dy];
      operators.push(`${pair(at)} l`);
    }
  }
  return operators;
}

interface PathCommand {
  readonly command: string;
  readonly numbers: readonly number[];
}

/** Commands with the numbers of each; numbers that follow without one repeat it. */
function commandsOf(data: string): PathCommand[] {
  const found: PathCommand[] = [];
  for (const [, command = '', rest = ''] of data.matchAll(
    /([a-zA-Z])([^a-zA-Z]*(?:e[-+]?\d+[^a-zA-Z]*)*)/g,
  )) {
    const numbers = (rest.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g) ?? []).map(Number);
    const length = lengths[command.toLowerCase()] ?? 0;
    if (length === 0) found.push({ command, numbers: [] });
    for (let i = 0; length > 0 && i + length <= numbers.length; i += length) {
      const repeated = command === 'M' ? 'L' : command === 'm' ? 'l' : command;
      found.push({ command: i === 0 ? command : repeated, numbers: numbers.slice(i, i + length) });
    }
  }
  return found;
}

function quadratic(from: Point, control: Point, to: Point): string {
  const towards = (end: Point): Point => [
    end[0] + (2 / 3) * (control[0] - end[0]),
    end[1] + (2 / 3) * (control[1] - end[1]),
  ];
  return `${pair(towards(from))} ${pair(towards(to))} ${pair(to)} c`;
}

/** An arc of an ellipse without rotation as cubic curves (SVG 1.1, appendix F.6). */
function arc(from: Point, to: Point, radii: Point, large: boolean, sweep: boolean): string[] {
  const [hx, hy] = [(from[0] - to[0]) / 2, (from[1] - to[1]) / 2];
  if (hx === 0 && hy === 0) return [];
  const grow = Math.max(1, Math.hypot(hx / radii[0], hy / radii[1]));
  const [rx, ry] = [grow * radii[0], grow * radii[1]];
  const inside = (hx / rx) ** 2 + (hy / ry) ** 2;
  const factor = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(0, 1 / inside - 1));
  const [cx, cy] = [(factor * rx * hy) / ry, (-factor * ry * hx) / rx];
  const centre: Point = [cx + (from[0] + to[0]) / 2, cy + (from[1] + to[1]) / 2];
  const begin = Math.atan2((hy - cy) / ry, (hx - cx) / rx);
  let turn = Math.atan2((-hy - cy) / ry, (-hx - cx) / rx) - begin;
  if (sweep && turn < 0) turn += 2 * Math.PI;
  if (!sweep && turn > 0) turn -= 2 * Math.PI;
  const pieces = Math.ceil(Math.abs(turn) / (Math.PI / 2) - 1e-9);
  return Array.from({ length: pieces }, (_, i) =>
    arcPiece(centre, [rx, ry], begin + (i * turn) / pieces, turn / pieces),
  );
}

function arcPiece(centre: Point, [rx, ry]: Point, begin: number, turn: number): string {
  const k = (4 / 3) * Math.tan(turn / 4);
  const end = begin + turn;
  const at = (x: number, y: number): Point => [centre[0] + rx * x, centre[1] + ry * y];
  const first = at(Math.cos(begin) - k * Math.sin(begin), Math.sin(begin) + k * Math.cos(begin));
  const second = at(Math.cos(end) + k * Math.sin(end), Math.sin(end) - k * Math.cos(end));
  return `${pair(first)} ${pair(second)} ${pair(at(Math.cos(end), Math.sin(end)))} c`;
}

function pair([x, y]: Point): string {
  return `${decimal(x)} ${decimal(y)}`;
}

/** A number as PDF writes it: never with an exponent. */
export function decimal(value: number): string {
  return String(Number(value.toFixed(3))).replace(/^-0$/, '0');
}
