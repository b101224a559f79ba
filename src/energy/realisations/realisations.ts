import { increments } from './increments.ts';
import { runningMeans } from './running-means.ts';

/** All realisations; an estimate is that of the one which costs least. */
export const realisations = [runningMeans, increments] as const;
