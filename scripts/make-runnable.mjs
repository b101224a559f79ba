// Lets the built command line be started by its path, as npx does: the compiler writes files that cannot be run.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
