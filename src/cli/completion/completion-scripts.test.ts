import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { commandWords } from './command-words.ts';
import { completionScripts } from './completion-scripts.ts';

const program = commandWords(await createProgram());

/** What bash would offer for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionScripts.bash(program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _transpike; echo "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
}

it('completes commands, options and their choices in bash', () => {
  expect(offered('transpike', 'eva')).toEqual(['evaluate']);
  expect(offered('transpike', 'evaluate', 'net.onnx', '--meth')).toEqual(['--method']);
  expect(offered('transpike', 'evaluate', 'net.onnx', '--format', 'm')).toEqual(['markdown']);
  expect(offered('transpike', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  // Files, by `-o default`.
  expect(offered('transpike', 'evaluate', '--data', '')).toEqual(['']);
});

it('is a script that bash reads, for zsh too', () => {
  for (const shell of ['bash', 'zsh'] as const) {
    execFileSync('bash', ['-n'], { input: completionScripts[shell](program) });
  }
});

it('tells fish every option with what it does', () => {
  const lines = completionScripts.fish(program).split('\n');
  expect(lines).toContain(
    "complete -c transpike -n '__fish_seen_subcommand_from evaluate' -l strict -d 'stop at the first image that cannot be read, instead of leaving it out'",
  );
  expect(lines).toContain(
    "complete -c transpike -n '__fish_seen_subcommand_from evaluate' -l format -x -a 'csv markdown latex json' -d 'print the table alone, for another program or a paper'",
  );
});
