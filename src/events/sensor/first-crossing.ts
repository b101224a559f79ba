/**
 * When a + s·h + b·e^(−h/τ) first leaves the open interval (−down, up), for h from 0 to `horizon`, which may be infinite. Where that is at
 * no time it is infinite. Found in closed form where there is one, else by a Newton iteration that keeps to where the change of sign is.
 *
 * @param tau time constant; what it is does not matter where b is 0
 */
export function firstCrossing(
  a: number,
  s: number,
  b: number,
  tau: number,
  up: number,
  down: number,
  horizon: number,
): number {
  const begin = a + b;
  if (begin >= up || begin <= -down) return 0;
  if (b === 0) return linearCrossing(a, s, up, down, horizon);
  if (s === 0) return decayCrossing(a, b, tau, up, down, horizon);
  const turn = turningPoint(s, b, tau);
  if (turn > 0 && turn < horizon) {
    const before = monotoneCrossing(a, s, b, tau, up, down, 0, turn);
    if (before < Number.POSITIVE_INFINITY) return before;
    return monotoneCrossing(a, s, b, tau, up, down, turn, horizon);
  }
  return monotoneCrossing(a, s, b, tau, up, down, 0, horizon);
}

function linearCrossing(a: number, s: number, up: number, down: number, horizon: number): number {
  if (s === 0) return Number.POSITIVE_INFINITY;
  const when = ((s > 0 ? up : -down) - a) / s;
  return when <= horizon ? when : Number.POSITIVE_INFINITY;
}

/** Without a slope the value tends to a. */
function decayCrossing(a: number, b: number, tau: number, up: number, down: number, horizon: number): number {
  const level = b < 0 ? up : -down;
  const left = (level - a) / b;
  if (left <= 0 || left > 1) return Number.POSITIVE_INFINITY;
  const when = -tau * Math.log(left);
  return when <= horizon ? when : Number.POSITIVE_INFINITY;
}

/** Where the slope changes its sign; 0 or less where it never does from 0 on. */
function turningPoint(s: number, b: number, tau: number): number {
  const ratio = (s * tau) / b;
  return ratio > 0 ? -tau * Math.log(ratio) : 0;
}

function monotoneCrossing(
  a: number,
  s: number,
  b: number,
  tau: number,
  up: number,
  down: number,
  from: number,
  to: number,
): number {
  // Behind this time the line alone has passed every level.
  const far = Math.min(to, from + (Math.abs(a) + Math.abs(b) + up + down + Math.abs(s) * from) / Math.abs(s));
  const first = a + s * from + b * Math.exp(-from / tau);
  const end = a + s * far + b * Math.exp(-far / tau);
  const level = end > first ? up : -down;
  const rises = end > first;
  if (rises ? end < level : end > level) return Number.POSITIVE_INFINITY;
  let low = from;
  let high = far;
  let h = low + ((high - low) * (level - first)) / (end - first);
  for (let i = 0; i < 100 && high - low > 0; i++) {
    const decay = b * Math.exp(-h / tau);
    const miss = a + s * h + decay - level;
    if (miss === 0) return h;
    if (miss > 0 === rises) high = h;
    else low = h;
    const newton = h - miss / (s - decay / tau);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - h) <= 1e-15 * (1 + Math.abs(h))) return next;
    h = next;
  }
  return h;
}
