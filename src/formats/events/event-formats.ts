import { aedat2 } from './aedat2.ts';
import { aedat3 } from './aedat3.ts';
import { aedat4 } from './aedat4.ts';
import type { EventFormat } from './event-format.ts';
import { evt2 } from './evt2.ts';
import { evt3 } from './evt3.ts';
import { nMnist } from './n-mnist.ts';
import { npyEvents } from './npy-events.ts';
import { propheseeDat } from './prophesee-dat.ts';

/** Formats of events that are bytes one after the other, in the order in which they are asked. */
export const eventFormats: readonly EventFormat[] = [
  aedat4,
  aedat3,
  evt2,
  evt3,
  npyEvents,
  // These go by the ending of the file, too.
  aedat2,
  propheseeDat,
  nMnist,
];
