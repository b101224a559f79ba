/** Options of Node that load modules before a script; each has a value, behind `=` or as the next argument. */
const loading = ['--import', '--require', '-r', '--loader', '--experimental-loader', '--conditions', '-C'];

/**
 * Options of Node for a worker. It takes those of its process, but for a program that came as text (`--input-type=module --eval …`, or
 * through standard input): Node refuses to start a file with these.
 *
 * @param own options of the process, as `process.execArgv`
 * @returns undefined where the worker may take them as they are
 */
export function workerArguments(own: readonly string[]): string[] | undefined {
  if (!own.some((argument) => /^--input-type(=|$)/.test(argument))) return undefined;
  return own.flatMap((argument, i) => {
    if (loading.includes(argument)) return own.slice(i, i + 2);
    return loading.some((name) => argument.startsWith(`${name}=`)) ? [argument] : [];
  });
}
