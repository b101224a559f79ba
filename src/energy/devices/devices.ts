import { Catalogue } from '../../catalogue.ts';
import type { Device } from '../define-device.ts';
import { fp16In45nm } from './45nm-fp16.ts';
import { fp32In45nm } from './45nm-fp32.ts';
import { int8In45nm } from './45nm-int8.ts';
import { loihi } from './loihi.ts';
import { loihi2 } from './loihi-2.ts';
import { spinnaker } from './spinnaker.ts';
import { spinnaker2 } from './spinnaker-2.ts';

/** Devices by name. */
export const deviceCatalogue = new Catalogue<Device>('device', [
  fp32In45nm,
  fp16In45nm,
  int8In45nm,
  loihi,
  loihi2,
  spinnaker,
  spinnaker2,
]);

/** All devices, in the order of reports; the first one is that of the printed table. */
export const devices = deviceCatalogue.members as readonly [Device, ...Device[]];
