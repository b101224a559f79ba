import fc from 'fast-check';

/**
 * fast-check for the tests of properties, with the same cases on every machine and in every run. Other cases are drawn with
 * another number in the environment variable `PROPERTIES_SEED`.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTIES_SEED ?? 20261128) });

export { fc };
