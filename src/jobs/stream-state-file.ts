import { z } from 'zod';
import { counted } from '../counted.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import type { SiteState, StreamState } from '../engines/stream-state.ts';
import { FormatError, listProblems, UsageError } from '../errors.ts';
import { checkedLine, checkLine, checksumOf } from '../files/checksum.ts';
import { readSafetensors } from '../files/read-safetensors.ts';
import { writeSafetensors } from '../files/write-safetensors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Tensor } from '../graph/tensor.ts';

const headSchema = z.object({
  version: z.literal(1),
  /** The network that the state is of, and its fingerprint. */
  network: z.string(),
  fingerprint: z.string(),
  averages: z.enum(['continued', 'restarted']),
  /** Streams side by side. */
  streams: z.int().positive(),
  /** Steps so far. */
  elapsed: z.int().positive(),
});

/** Name of the tensor with the head, JSON in UTF-8. */
const headTensor = 'stream.json';

/** Which stream a state is of. */
export interface StreamIdentity {
  readonly network: { readonly name: string; readonly fingerprint: string };
  readonly averages: StreamAverages;
  /** Streams side by side, N. */
  readonly streams: number;
}

/**
 * Writes the state of streams as safetensors, float32 or float64 as it comes: `sites/<site>/<variable>` and `sites/<site>/surplus`,
 * `inputs/<input>`, and `stream.json`, which says what it belongs to.
 */
export async function writeStreamState(
  path: string,
  state: StreamState,
  { network, averages, streams }: StreamIdentity,
): Promise<void> {
  const { name, fingerprint } = network;
  const head = { version: 1, network: name, fingerprint, averages, streams, elapsed: state.elapsed };
  const tensors = new Map([...namedTensors(state)].map(([key, tensor]) => [key, toTensor(tensor)]));
  const bytes = new TextEncoder().encode(checkedLine(head, checksumOfAll(tensors)));
  tensors.set(headTensor, new Tensor('uint8', [bytes.length], { kind: 'memory', bytes }));
  await writeSafetensors(path, tensors);
}

/**
 * Reads what {@link writeStreamState} has written.
 *
 * @throws FormatError if it is no such file, or not as it was written; UsageError that lists all in which the state is of another stream
 */
export async function readStreamState(path: string, identity: StreamIdentity): Promise<StreamState> {
  const tensors = await readSafetensors(path);
  const text = tensors.get(headTensor);
  if (!text) throw noState(path, 'a file without it');
  tensors.delete(headTensor);
  const checked = checkLine(new TextDecoder().decode(text.bytes()), checksumOfAll(tensors));
  if (checked.state !== 'sound') throw noState(path, 'one that was changed since it was written');
  const { data: head, error } = headSchema.safeParse(checked.value);
  if (error) throw noState(path, z.prettifyError(error).replace(/\s+/g, ' '));
  const problems = differences(head, identity);
  if (problems.length > 0)
    throw new UsageError(listProblems(`${path}: the state is of another stream:`, problems));
  return stateOf(head.elapsed, tensors);
}

function* namedTensors({ sites, inputs }: StreamState): Generator<readonly [string, FloatTensor]> {
  for (const [site, { variables, surplus }] of sites) {
    for (const [name, tensor] of variables) yield [`sites/${site}/${name}`, tensor];
    if (surplus) yield [`sites/${site}/${surplusName}`, surplus];
  }
  for (const [name, tensor] of inputs) yield [`inputs/${name}`, tensor];
}

/** What no state variable is called. */
const surplusName = '(surplus)';

function toTensor({ shape, data }: FloatTensor): Tensor {
  return data instanceof Float32Array ? Tensor.float32(shape, data) : Tensor.float64(shape, data);
}

function toFloats(tensor: Tensor): FloatTensor {
  const data = tensor.dataType === 'float32' ? tensor.toFloat32() : tensor.toNumbers();
  return { shape: [...tensor.shape], data };
}

/** Names of sites may have slashes in them, those of variables have none. */
function stateOf(elapsed: number, tensors: ReadonlyMap<string, Tensor>): StreamState {
  const sites = new Map<string, { variables: Map<string, FloatTensor>; surplus?: FloatTensor }>();
  const inputs = new Map<string, FloatTensor>();
  for (const [name, tensor] of tensors) {
    const [kind = ''] = name.split('/', 1);
    if (kind === 'inputs') {
      inputs.set(name.slice(kind.length + 1), toFloats(tensor));
      continue;
    }
    const end = name.lastIndexOf('/');
    const [site, variable] = [name.slice(kind.length + 1, end), name.slice(end + 1)];
    const known = sites.get(site) ?? { variables: new Map<string, FloatTensor>() };
    if (variable === surplusName) known.surplus = toFloats(tensor);
    else known.variables.set(variable, toFloats(tensor));
    sites.set(site, known);
  }
  return { elapsed, sites: sites satisfies Map<string, SiteState>, inputs };
}

/** All in which a file is of another stream than the one at hand. */
function differences(
  head: z.infer<typeof headSchema>,
  { network, averages, streams }: StreamIdentity,
): string[] {
  const problems: string[] = [];
  if (head.fingerprint !== network.fingerprint) {
    problems.push(
      `network: expected '${network.name}' (${network.fingerprint.slice(0, 12)}), got the state of '${head.network}' (${head.fingerprint.slice(0, 12)}). Give the network as it was when the state was written, or begin anew.`,
    );
  }
  if (head.averages !== averages) {
    problems.push(
      `averages: expected ${averages}, got the state of a stream whose averages are ${head.averages}. Let them be the same in all parts of a stream.`,
    );
  }
  if (head.streams !== streams) {
    problems.push(
      `inputs: expected the state of ${counted(streams, 'stream')} side by side, got that of ${head.streams}. Give as many inputs as before, in the same order.`,
    );
  }
  return problems;
}

function checksumOfAll(tensors: ReadonlyMap<string, Tensor>): string {
  const parts = [...tensors].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return checksumOf(...parts.flatMap(([name, tensor]) => [name, tensor.bytes()]));
}

function noState(where: string, got: string): FormatError {
  return new FormatError({
    where,
    expected: `the state of a stream, safetensors with a tensor '${headTensor}'`,
    got,
    remedy: 'Give a file that a run of a stream has written, or begin anew',
  });
}
