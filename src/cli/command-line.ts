/** The command as it could be typed again. */
export function commandLine(): string {
  return ['transpike', ...process.argv.slice(2)].map(quote).join(' ');
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
