import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { writeAtomically } from '../files/write-atomically.ts';

/** Commands that the studio starts: those that leave something that can be looked at. */
const startable = ['convert', 'evaluate', 'tune', 'compare'] as const;

const entrySchema = z.object({
  id: z.int(),
  /** The command and what it was given, without `transpike` in front. */
  args: z.array(z.string()),
  started: z.string(),
  process: z.int().optional(),
  /** Exit code; null for a command whose end nobody saw. */
  code: z.int().nullable().optional(),
  /** The last lines that it wrote. */
  said: z.string(),
});

/** A command that the studio has started. */
export type StartedCommand = z.infer<typeof entrySchema>;

/** A command as the page sees it. */
export interface CommandState extends StartedCommand {
  /** What to type in a terminal for the same. */
  readonly line: string;
  readonly state: 'running' | 'finished' | 'failed' | 'stopped';
}

/** Name of the file among the runs that remembers what was started. */
const journalName = '.studio.json';

/** Characters of what a command says that are kept. */
const mostSaid = 4000;

/** Exit codes of a command that was asked to stop, and keeps what it had. */
const stopCodes: readonly (number | null)[] = [130, 143, 129];

/** Starts, stops and resumes commands, each a process of its own; what was started is known after a restart, too. */
export class StartedCommands {
  readonly #root: string;
  readonly #program: string;
  readonly #commands: StartedCommand[];
  readonly #children = new Map<number, ChildProcess>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(root: string, program: string, commands: StartedCommand[]) {
    this.#root = root;
    this.#program = program;
    this.#commands = commands;
  }

  /**
   * @param root folder of the runs
   * @param program script of the command line
   */
  static async open(root: string, program: string): Promise<StartedCommands> {
    const text = await readFile(join(root, journalName), 'utf8').catch(() => '[]');
    const known = z.array(entrySchema).safeParse(parseJson(text)).data ?? [];
    const commands = known.map((each) => ({ ...each, code: each.code === undefined ? null : each.code }));
    return new StartedCommands(root, program, commands);
  }

  list(): CommandState[] {
    return this.#commands.map((command) => this.#stateOf(command));
  }

  /**
   * Starts a command.
   *
   * @param args command and arguments, as they would be typed behind `transpike`
   * @throws UsageError if it is none that the studio starts
   */
  async start(args: readonly string[]): Promise<CommandState> {
    if (!startable.some((name) => name === args[0])) {
      throw new UsageError({
        where: `command '${args[0] ?? ''}'`,
        expected: `one of ${startable.join(', ')}`,
        got: 'another one',
        remedy: 'Use a terminal for it',
      });
    }
    const id = Math.max(0, ...this.#commands.map((each) => each.id)) + 1;
    const command: StartedCommand = { id, args: [...args], started: new Date().toISOString(), said: '' };
    this.#commands.push(command);
    await this.#run(command);
    return this.#stateOf(command);
  }

  /** Starts a command again: it goes on from what it left. */
  async resume(id: number): Promise<CommandState> {
    const command = this.#find(id);
    if (!this.#children.has(id)) await this.#run(command);
    return this.#stateOf(command);
  }

  /** Asks a command to stop after what it is at. */
  stop(id: number): CommandState {
    const command = this.#find(id);
    this.#children.get(id)?.kill('SIGINT');
    return this.#stateOf(command);
  }

  /** Asks all to stop, and waits for them. */
  async close(): Promise<void> {
    const ends = [...this.#children.values()].map(
      (child) => new Promise<void>((resolve) => child.once('close', () => resolve())),
    );
    for (const child of this.#children.values()) child.kill('SIGINT');
    await Promise.all(ends);
    await this.#writing;
  }

  async #run(command: StartedCommand): Promise<void> {
    await makeFolder(this.#root);
    command.said = '';
    delete command.code;
    const child = spawn(process.execPath, [this.#program, ...command.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    this.#children.set(command.id, child);
    if (child.pid !== undefined) command.process = child.pid;
    const hear = (chunk: Buffer) => {
      command.said = (command.said + chunk.toString()).slice(-mostSaid);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', (code) => {
      this.#children.delete(command.id);
      command.code = code;
      void this.#write();
    });
    await this.#write();
  }

  #find(id: number): StartedCommand {
    const command = this.#commands.find((each) => each.id === id);
    if (command) return command;
    throw new UsageError({
      where: `command ${id}`,
      expected: 'one that was started here',
      got: 'none',
      remedy: 'Load the page again',
    });
  }

  #stateOf(command: StartedCommand): CommandState {
    const line = ['transpike', ...command.args.map(quoted)].join(' ');
    return { ...command, line, state: this.#children.has(command.id) ? 'running' : endOf(command) };
  }

  #write(): Promise<void> {
    const text = `${JSON.stringify(this.#commands, null, 2)}\n`;
    this.#writing = this.#writing.then(() => writeAtomically(join(this.#root, journalName), text));
    return this.#writing;
  }
}

/** One whose end nobody saw was stopped with the studio, or by something worse: it can be resumed. */
function endOf({ code }: StartedCommand): CommandState['state'] {
  if (code === 0) return 'finished';
  return code === null || code === undefined || stopCodes.includes(code) ? 'stopped' : 'failed';
}

/** An argument as a shell takes it for one word. */
function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
