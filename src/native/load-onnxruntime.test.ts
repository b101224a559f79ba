import { expect, test } from 'vitest';
import { onnxruntime } from './load-onnxruntime.ts';

test('ONNX Runtime is told to send nothing before it is loaded', () => {
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
  expect(onnxruntime().InferenceSession.create).toBeTypeOf('function');
});
