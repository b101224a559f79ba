import type { InputBatch } from '../graph/input-batch.ts';
import { OrtSession, type SessionOptions } from '../sessions/ort-session.ts';
import { type Engine, type Plan, toRunResult } from './plan-run.ts';
import { requireWindow } from './require-window.ts';

/**
 * Runs a plan as it stands: one ONNX Runtime session for the whole spiking model, neurons as standard operators.
 * The slow engine that anything can be compared with; float32.
 */
export async function createInGraphEngine(plan: Plan, options?: SessionOptions): Promise<Engine> {
  const session = await OrtSession.create(plan.model, options);
  return {
    plan,
    async run(input: InputBatch) {
      requireWindow(plan, input);
      return toRunResult(plan, await session.run(input));
    },
    close: () => session.release(),
  };
}
