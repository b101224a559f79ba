export type { Method, Preset, SiteCalibration } from './define-method.ts';
export { methodNamed, methods, presetOf } from './methods.ts';
