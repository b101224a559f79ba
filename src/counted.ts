/** A number with its unit in English: 1 step, 2 steps. */
export function counted(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}
