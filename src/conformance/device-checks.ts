import type { Device } from '../energy/define-device.ts';
import { PriceList } from '../energy/price-list.ts';
import { type Check, mustHold } from './check.ts';
import { requireName, requireTexts } from './requirements.ts';

/** What must hold of every device: those of Transpike pass these checks, too. */
export function deviceChecks(device: Device): Check[] {
  const check = (name: string, run: () => void): Check => ({
    name: `${device.name} ${name}`,
    run: async () => run(),
  });
  return [
    check('says what it is', () => {
      requireName(device.name);
      requireTexts({ title: device.title, summary: device.summary });
    }),
    check('has figures with sources', () => hasFigures(device)),
    check('has words of whole bits', () => hasWholeBits(device)),
    check('has finite prices for all that a network does', () => hasPrices(device)),
  ];
}

function hasFigures({ figures }: Device): void {
  for (const [name, figure] of Object.entries(figures)) {
    if (typeof figure === 'string') continue;
    mustHold(
      Number.isFinite(figure.picojoules) && figure.picojoules >= 0,
      () => `${name}: expected picojoules, got ${figure.picojoules}`,
    );
    requireTexts({ [`${name}.source`]: figure.source });
  }
}

function hasWholeBits({ weightBits, activationBits, stateBits }: Device): void {
  for (const [name, bits] of Object.entries({ weightBits, activationBits, stateBits })) {
    mustHold(
      Number.isInteger(bits) && bits > 0,
      () => `${name}: expected a whole number of bits, got ${bits}`,
    );
  }
}

function hasPrices(device: Device): void {
  const prices = new PriceList(device);
  const asked = {
    'multiply-accumulations': prices.dense(8),
    'additions of spikes': prices.spikes(8, 'none'),
    'additions of shifted spikes': prices.spikes(8, 'shift'),
    'arithmetic of other operators': prices.arithmetic({ additions: 8, multiplications: 8 }),
    'words of state': prices.stateWords(8),
    'moved activations': prices.activationTransfer(8),
    'moved spikes': prices.spikeTransfer(8, 0),
  };
  for (const [what, price] of Object.entries(asked)) {
    mustHold(
      Number.isFinite(price) && price >= 0,
      () => `price of ${what}: expected a finite one, got ${price}`,
    );
  }
  mustHold(
    prices.dense(16) === 2 * prices.dense(8),
    () => 'expected twice as many multiply-accumulations to cost twice as much',
  );
}
