import type { Means } from '../errors.ts';

/** What a notice is about. */
export type NoticeKind =
  /** An image that cannot be read was left out. */
  | 'left-out'
  /** Nothing says how pictures are preprocessed. */
  | 'assumed-preprocessing'
  /** The data have other classes than the network. */
  | 'other-classes'
  /** Memory does for fewer workers than there are processors. */
  | 'few-workers'
  /** An interrupted run goes on. */
  | 'resumed'
  /** Part of the record of an interrupted run is damaged, and what it held is done again. */
  | 'damaged-record'
  /** A worker died, or memory ran out, and the job goes on all the same. */
  | 'recovered'
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

/** How a job is listened to. */
export interface JobListener {
  /** Told of what comes up; default: nobody is. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}
