/** What stands on the last line of the terminal until it is drawn over; empty where nothing does. */
let shown = '';

const clear = '\r\x1b[K';

/** Draws a line over the one before. Only for a terminal. */
export function drawStatus(text: string): void {
  shown = text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
  process.stderr.write(`${clear}${shown}`);
}

/** Leaves the line as it is, and goes on below. */
export function endStatus(): void {
  if (shown !== '') process.stderr.write('\n');
  shown = '';
}

/** Takes the line away. */
export function eraseStatus(): void {
  if (shown !== '') process.stderr.write(clear);
  shown = '';
}

/** Says something on the standard error stream, on a line of its own above what is drawn over. */
export function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${clear}${text}\n${shown}`);
  else console.error(text);
}
