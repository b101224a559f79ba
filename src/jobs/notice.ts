import type { Means } from '../errors.ts';

/** What a notice is about. */
export type NoticeKind =
  /** An image that cannot be read was left out. */
  | 'left-out'
  /** The data have other classes than the network. */
  | 'other-classes'
  /** The network runs another number of steps than it was converted for. */
  | 'other-steps'
  /** A run is over before the input reaches the output. */
  | 'few-steps'
  /** Texts were cut and padded. */
  | 'tokens'
  /** A goal that is taken at its word may be meant otherwise. */
  | 'doubtful-goal'
  /** Memory does for fewer workers than there are processors. */
  | 'few-workers'
  /** An interrupted run goes on. */
  | 'resumed'
  /** An interrupted run begins anew. */
  | 'restarted'
  /** Part of the record of an interrupted run is damaged, and what it held is done again. */
  | 'damaged-record'
  /** A worker died, or memory ran out, and the job goes on all the same. */
  | 'recovered'
  /** How workers of a queue are found. */
  | 'queue'
  /** Something is wrong with a queue or its workers, and the job goes on all the same. */
  | 'queue-trouble'
  /** The run is finished, but its report could not be drawn. */
  | 'no-report';

/** Something worth knowing that comes up while a job works; it is no error. */
export interface Notice {
  readonly kind: NoticeKind;
  /** A sentence without the final full stop. */
  readonly message: string;
  /** Options of the library that help. */
  readonly means?: readonly Means[];
}

/** Where a job that leaves a run folder comes from. */
export interface JobOrigin {
  /** The command that started it, for `environment.json`. Default: none. */
  readonly command?: string | undefined;
  /** What people call the run. Default: nothing. */
  readonly name?: string | undefined;
  /** Words to find the run by. Default: none. */
  readonly tags?: readonly string[] | undefined;
}

/** How a job is listened to. */
export interface JobListener {
  /** Told of what comes up; default: nobody is. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}
