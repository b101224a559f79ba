import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';

const configSchema = z.strictObject({
  /** Extensions: paths from the file's folder, or names of packages. */
  use: z.array(z.string()),
});

/**
 * The extensions that a command line names, with `--use` or in the file of `--config`. Nothing else is loaded: not what lies in the
 * current folder, nor what a model asks for.
 *
 * @throws UsageError if the configuration cannot be read
 */
export function extensionsOf(given: readonly string[]): string[] {
  const end = given.indexOf('--');
  const options = end < 0 ? given : given.slice(0, end);
  return [...valuesOf(options, '--config').flatMap(listedIn), ...valuesOf(options, '--use')];
}

function valuesOf(options: readonly string[], flag: string): string[] {
  return options.flatMap((each, i) => {
    if (each.startsWith(`${flag}=`)) return [each.slice(flag.length + 1)];
    const next = options[i + 1];
    return each === flag && next !== undefined ? [next] : [];
  });
}

function listedIn(file: string): string[] {
  try {
    const { use } = configSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return use.map((each) => (/^\.{1,2}\//.test(each) ? resolve(dirname(file), each) : each));
  } catch (cause) {
    throw new UsageError(
      {
        where: file,
        expected: 'a configuration such as { "use": ["./my-neuron.js"] }',
        got:
          cause instanceof z.ZodError
            ? cause.issues.map(({ message }) => message).join('; ')
            : messageOf(cause),
        remedy: 'Correct the file of --config',
      },
      { cause },
    );
  }
}
