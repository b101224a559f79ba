import type { DeviceFigure } from '../results/energy-result.ts';
import { type Device, defineDevice, derived } from './define-device.ts';
import { int8In45nm } from './devices/45nm-int8.ts';

/**
 * The 8-bit device with weights and activations of fewer bits. A multiplication scales with the square of the bits, an
 * addition and a fetch with the bits: from 8 bits this rule gives 3.2 and 0.12 pJ for 32 bits, where Horowitz has 3.1
 * and 0.1.
 *
 * @param bits of weights and activations
 */
export function quantisedDevice(bits: number): Device {
  return { ...narrowed(int8In45nm, bits, bits), activationBits: bits };
}

/** A device whose weights have fewer bits, where that makes a difference to it: see {@link Device.eightBits}. */
export function withWeightBits(device: Device, bits: number): Device {
  return narrowed(device, bits, 8);
}

/** @param factorBits bits of what weights are multiplied by */
function narrowed(device: Device, bits: number, factorBits: number): Device {
  const { eightBits, figures } = device;
  if (!eightBits) return device;
  const share = bits / 8;
  const scaled = ({ picojoules }: DeviceFigure): DeviceFigure =>
    derived(picojoules * share, `8-bit figure · ${bits}/8`);
  const { weightWord, accumulate, shift } = figures;
  const { multiplication, addition } = eightBits;
  return defineDevice({
    ...device,
    weightBits: bits,
    figures: {
      ...figures,
      accumulate: scaled(accumulate),
      shift: scaled(shift),
      multiplyAccumulate: derived(
        multiplication * share * (factorBits / 8) + addition * share,
        `8-bit multiplication · ${bits}/8 · ${factorBits}/8 + 8-bit addition · ${bits}/8`,
      ),
      weightWord: weightWord === 'included' ? weightWord : scaled(weightWord),
    },
  });
}
