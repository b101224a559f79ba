import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A name that the package exports, or a name in one of its namespaces. */
export interface PublicName {
  /** As a caller writes it: `openNetwork`, `energy.devices`. */
  readonly name: string;
  readonly kind: 'value' | 'type' | 'namespace';
  /** The code of its examples. */
  readonly examples: readonly string[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that `src/index.ts` exports, in the order of the alphabet: what the compiler sees, types included. */
export function publicNames(): PublicName[] {
  const index = `${root}src/index.ts`;
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([index], options);
  const checker = program.getTypeChecker();
  const namesOf = (module: ts.Symbol, scope: string): PublicName[] =>
    checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = scope + exported.name;
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        const examples = moduleExamples(symbol.declarations![0] as ts.SourceFile);
        return [{ name, kind: 'namespace', examples }, ...namesOf(symbol, `${name}.`)];
      }
      const tags = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example');
      const examples = tags.map((tag) => codeOf(ts.displayPartsToString(tag.text)));
      return [{ name, kind: symbol.flags & ts.SymbolFlags.Value ? 'value' : 'type', examples }];
    });
  const found = namesOf(checker.getSymbolAtLocation(program.getSourceFile(index)!)!, '');
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Examples in the comment at the head of a module. */
function moduleExamples(file: ts.SourceFile): string[] {
  const [comment = ''] = /^\/\*\*[\s\S]*?\*\//.exec(file.text) ?? [];
  const text = comment.replaceAll(/^ \* ?/gm, '');
  return [...text.matchAll(/@example\n(```ts[\s\S]*?```)/g)].map(([, block]) => codeOf(block!));
}

function codeOf(block: string): string {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(block) ?? [];
  if (code === undefined) throw new Error(`an example without a block of ts:\n${block}`);
  return code;
}
