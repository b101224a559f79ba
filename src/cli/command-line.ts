import { withoutPassword } from '../queue/queue-address.ts';

/** The command as it could be typed again, but for passwords. */
export function commandLine(): string {
  return ['transpike', ...process.argv.slice(2)].map(withoutPassword).map(quote).join(' ');
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
