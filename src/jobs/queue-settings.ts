/** Where other machines take part. */
export interface QueueSettings {
  /**
   * Address of a Redis, `redis://host:port` or `rediss://host:port` for TLS, whose workers do the work. Default: this machine does.
   * User and password may stand in it, or in the variables TRANSPIKE_QUEUE_USER and TRANSPIKE_QUEUE_PASSWORD.
   */
  readonly queue?: string | undefined;
  /** `host:port` at which workers fetch the model and the data from here. Default: any free port at all addresses of this machine. */
  readonly serve?: string | undefined;
}
