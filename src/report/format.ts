/** 0.7723 as `77.2 %`; `–` for null. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(digits)} %`;
}

/** A 95 % interval of a share in percent, without the sign: `73.4–80.6`. */
export function interval(bounds: readonly [number, number] | null | undefined): string {
  return bounds ? bounds.map((bound) => (100 * bound).toFixed(1)).join('–') : '–';
}

/** Difference of two shares in points, always positive: `2.0 points`. */
export function points(difference: number): string {
  const text = Math.abs(100 * difference).toFixed(1);
  return `${text} point${text === '1.0' ? '' : 's'}`;
}

/** Three digits that matter: 0.425, 12.3, 1230. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-5 || Math.abs(value) >= 1e6) return value.toExponential(2);
  return String(Number(value.toPrecision(3)));
}

/** A unit of energy with its size in nanojoules. */
export interface EnergyUnit {
  readonly name: 'pJ' | 'nJ' | 'µJ' | 'mJ' | 'J';
  readonly size: number;
}

const energyUnits: readonly EnergyUnit[] = [
  { name: 'J', size: 1e9 },
  { name: 'mJ', size: 1e6 },
  { name: 'µJ', size: 1e3 },
  { name: 'nJ', size: 1 },
];

/** The unit in which numbers up to this one are easily read. @param nanojoules the largest number */
export function energyUnit(nanojoules: number): EnergyUnit {
  return energyUnits.find(({ size }) => nanojoules >= size) ?? { name: 'pJ', size: 1e-3 };
}

/** Energies with the unit that fits: nanojoules as nJ, µJ or mJ. */
export function energy(nanojoules: number): string {
  const { name, size } = energyUnit(nanojoules);
  return `${short(nanojoules / size)} ${name}`;
}

/** Bytes with the unit that fits: 1.23 MB. */
export function bytes(number: number): string {
  const [unit, size] = number >= 1e9 ? ['GB', 1e9] : number >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${(number / (size as number)).toPrecision(3)} ${unit}`;
}

/** `3 images`, `1 image`. */
export function count(number: number, unit: string): string {
  return `${number.toLocaleString('en')} ${unit}${number === 1 ? '' : 's'}`;
}

/** Names that fit as labels: too long ones without what all of them begin with, and then without their middle. */
export function shortNames(names: readonly string[], most = 26): (name: string) => string {
  const first = names[0] ?? '';
  let common = names.length > 1 ? first.length : 0;
  for (const name of names) while (!name.startsWith(first.slice(0, common))) common--;
  const prefix = Math.max(...['.', '/'].map((mark) => first.slice(0, common).lastIndexOf(mark))) + 1;
  return (name) => {
    const text = name.length > most ? name.slice(prefix) : name;
    if (text.length <= most) return text;
    const front = Math.floor(most / 3);
    return `${text.slice(0, front)}…${text.slice(front + 1 - most)}`;
  };
}
