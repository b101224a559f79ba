import { UsageError } from '../errors.ts';

/** A model of the hub as it is named: `hf:owner/name[/file.onnx][@revision]`. */
export interface HubAddress {
  /** As it was given. */
  readonly text: string;
  /** `owner/name`. */
  readonly repository: string;
  /** One ONNX file of the repository, where it is named. */
  readonly file: string | undefined;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const start = 'hf:';
const part = '[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9_])?';
const form = new RegExp(
  `^${start}(?<repository>${part}/${part})(?:/(?<file>[^@]+\\.onnx))?(?:@(?<revision>[\\w./-]+))?$`,
);

/** Whether a name means a model of the hub rather than a path. */
export function isHubAddress(name: string): boolean {
  return name.startsWith(start);
}

/** @throws UsageError if it has another form */
export function parseHubAddress(text: string): HubAddress {
  const { repository, file, revision = 'main' } = form.exec(text)?.groups ?? {};
  const isSafe = [file ?? '', revision].every((each) => !each.split('/').includes('..'));
  if (repository && isSafe) return { text, repository, file, revision };
  throw new UsageError({
    where: text,
    expected:
      'hf:owner/name, with /file.onnx for one ONNX file of it and @revision for a branch, a tag or a commit',
    got: 'something else',
    remedy: 'Give for example hf:timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k',
  });
}
