#!/usr/bin/env node
import '../workers/install.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { surviveClosedPipe } from './survive-closed-pipe.ts';

surviveClosedPipe(process.stdout);
surviveClosedPipe(process.stderr);

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    reportError(error);
  });
