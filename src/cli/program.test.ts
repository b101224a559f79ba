import { afterEach, describe, expect, it, vi } from 'vitest';
import { commandNames } from './described-command.ts';
import { frontPage } from './front-page.ts';
import { createProgram } from './program.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the command line says to those who give it something wrong. */
async function answer(command: string): Promise<string> {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  const program = await createProgram(command.split(' ')[0]);
  await program.parseAsync(command.split(' '), { from: 'user' }).catch(() => undefined);
  return text;
}

describe('the command line', () => {
  it.each([
    [
      'help evalute',
      "error: unknown command 'evalute'\n(Did you mean evaluate?)\n(add --help for the options)\n",
    ],
    ['evalute', "error: unknown command 'evalute'\n(Did you mean evaluate?)\n(add --help for the options)\n"],
    [
      'evaluate net.onnx --dta images',
      "error: unknown option '--dta'\n(Did you mean --data?)\n(add --help for the options)\n",
    ],
    [
      'evaluate net.onnx',
      "error: required option '--data <data>' not specified\n(add --help for the options)\n",
    ],
    [
      'inspect net.onnx --quiet --verbose',
      "error: option '--quiet' cannot be used with option '--verbose'\n(add --help for the options)\n",
    ],
  ])('answers transpike %s', async (command, text) => {
    expect(await answer(command)).toBe(text);
  });

  it.each(commandNames)('shows examples in the help of %s, which loads no other command', async (name) => {
    let help = '';
    const program = await createProgram(name);
    const command = program.commands.find((each) => each.name() === name)!;
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(help).toMatch(/Examples?:\n {2}.*transpike /);
    expect(help).toContain('--use <module>');
  });

  it('names the exit codes in its help', async () => {
    let help = '';
    const program = (await createProgram()).configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    program.outputHelp();
    expect(help).toContain('130, 143, 129');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the same first page before anything else is loaded', async () => {
    const program = await createProgram();
    expect(frontPage().helpInformation()).toBe(program.helpInformation());
    expect(frontPage().version()).toBe(program.version());
  });
});
