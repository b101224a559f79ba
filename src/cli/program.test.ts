import { afterEach, describe, expect, it, vi } from 'vitest';
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
  await createProgram()
    .parseAsync(command.split(' '), { from: 'user' })
    .catch(() => undefined);
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

  it('names the exit codes in its help', () => {
    let help = '';
    const program = createProgram().configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    program.outputHelp();
    expect(help).toContain('130, 143, 129');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the same first page before anything else is loaded', () => {
    expect(frontPage().helpInformation()).toBe(createProgram().helpInformation());
    expect(frontPage().version()).toBe(createProgram().version());
  });
});
