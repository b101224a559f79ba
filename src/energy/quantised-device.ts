import type { DeviceFigure } from '../results/energy-result.ts';
import { type Device, defineDevice, derived } from './define-device.ts';
import { int8In45nm } from './devices/45nm-int8.ts';

/** Energies of an 8-bit multiplication and an 8-bit addition in 45 nm, picojoules (Horowitz, ISSCC 2014). */
const eightBits = { multiplication: 0.2, addition: 0.03 } as const;

/**
 * The 8-bit device with weights and activations of fewer bits. A multiplication scales with the square of the bits, an
 * addition and a fetch with the bits: from 8 bits this rule gives 3.2 and 0.12 pJ for 32 bits, where Horowitz has 3.1
 * and 0.1.
 *
 * @param bits of weights and activations
 */
export function quantisedDevice(bits: number): Device {
  const share = bits / 8;
  const scaled = ({ picojoules }: DeviceFigure): DeviceFigure =>
    derived(picojoules * share, `8-bit figure · ${bits}/8`);
  const { weightWord } = int8In45nm.figures;
  return defineDevice({
    ...int8In45nm,
    weightBits: bits,
    activationBits: bits,
    figures: {
      ...int8In45nm.figures,
      multiplyAccumulate: derived(
        eightBits.multiplication * share ** 2 + eightBits.addition * share,
        `8-bit multiplication · (${bits}/8)² + 8-bit addition · ${bits}/8`,
      ),
      weightWord: weightWord === 'included' ? weightWord : scaled(weightWord),
    },
  });
}
