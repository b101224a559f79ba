#!/usr/bin/env node
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    reportError(error);
  });
