import { refuseIdle } from '../jobs/refuse-idle.ts';

/** What a command reads. */
interface ReadData {
  readonly data: string;
  readonly calibration?: string | undefined;
  readonly preprocess?: string | undefined;
}

/** Preprocessing is for pictures. Commands that write a model keep it there all the same. */
export function refusePreprocess(settings: ReadData): void {
  const { data, calibration = data } = settings;
  if (![data, calibration].every((path) => path.endsWith('.npy'))) return;
  refuseIdle('--preprocess', settings, ['preprocess'], {
    because: 'for .npy stacks, which hold inputs as they are',
  });
}
