import { z } from 'zod';

/** Schema of {@link RunSettings}: `run.json`. What is in it differs from one kind of run to another. */
export const runSettingsSchema = z.record(z.string(), z.unknown());

/** Everything that decides about a run's results; a run is continued only if it is the same. */
export type RunSettings = Readonly<z.infer<typeof runSettingsSchema>>;
