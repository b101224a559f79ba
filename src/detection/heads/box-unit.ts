import { z } from 'zod';

/** What boxes are measured in: pixels of the picture as the network takes it, or shares of its width and height. */
export const boxUnit = z.object({ unit: z.enum(['pixels', 'shares']).default('pixels') });
