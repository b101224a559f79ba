import { ExtensionError } from './errors.ts';

/** Which extension something comes from: its name, its version, and a hash of the module that was loaded. */
export interface ExtensionIdentity {
  readonly name: string;
  readonly version: string;
  /** First 16 hexadecimal digits of the SHA-256 of the module's file. */
  readonly hash: string;
}

/** Members of one kind by name: those of Transpike, and those that extensions add while a program runs. */
export class Catalogue<M extends { readonly name: string }> {
  /** What the members are, for messages: `neuron`. */
  readonly kind: string;
  readonly #members: M[];
  readonly #origins = new Map<string, ExtensionIdentity>();
  readonly #asked: 'first' | 'last';

  /**
   * @param builtIn members of Transpike, in their order
   * @param asked whether members of extensions come before these, where members are asked one after the other whether something is
   * theirs, or behind them. Default `last`
   */
  constructor(kind: string, builtIn: readonly M[], asked: 'first' | 'last' = 'last') {
    this.kind = kind;
    this.#members = [...builtIn];
    this.#asked = asked;
  }

  /** All members. It is always the same array, which extensions add to. */
  get members(): readonly M[] {
    return this.#members;
  }

  /** The member with this name. */
  get(name: string): M | undefined {
    return this.#members.find((each) => each.name === name);
  }

  /** Names of all members, as messages list them. */
  get names(): string {
    return this.#members.map(({ name }) => name).join(', ');
  }

  /** The extension that a member comes from; `undefined` for those of Transpike. */
  originOf(name: string): ExtensionIdentity | undefined {
    return this.#origins.get(name);
  }

  /** Why a member cannot be added; `undefined` where it can. */
  refusalOf({ name }: M): string | undefined {
    if (!this.get(name)) return undefined;
    const origin = this.originOf(name);
    return `${this.kind} '${name}': the name belongs to ${origin ? `extension '${origin.name}'` : 'Transpike'}`;
  }

  /** Adds a member of an extension. @throws ExtensionError if the name is taken */
  add(member: M, origin: ExtensionIdentity): void {
    const refusal = this.refusalOf(member);
    if (refusal) {
      throw new ExtensionError({
        where: `extension '${origin.name}'`,
        expected: 'names of its own',
        got: refusal,
        remedy: 'Give the member another name',
      });
    }
    if (this.#asked === 'first') this.#members.unshift(member);
    else this.#members.push(member);
    this.#origins.set(member.name, origin);
  }

  /** Takes a member of an extension out again. */
  remove(member: M): void {
    if (!this.#origins.delete(member.name)) return;
    this.#members.splice(this.#members.indexOf(member), 1);
  }
}
