import type { Redis } from 'ioredis';
import type { z } from 'zod';

/** A place in Redis where processes say of themselves what others have to know, again and again. What is old is taken away. */
export class Board<S extends z.ZodType> {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #schema: S;
  readonly #seconds: number;

  /** @param seconds after which a process that says nothing counts as gone */
  constructor(redis: Redis, key: string, schema: S, seconds: number) {
    this.#redis = redis;
    this.#key = key;
    this.#schema = schema;
    this.#seconds = seconds;
  }

  async put(id: string, value: z.infer<S>): Promise<void> {
    await this.#redis.hset(this.#key, id, JSON.stringify({ time: await this.#now(), value }));
  }

  async get(id: string): Promise<z.infer<S> | undefined> {
    const text = await this.#redis.hget(this.#key, id);
    return text === null ? undefined : this.#read(text, await this.#now());
  }

  /** All that is said now, by id. */
  async all(): Promise<Map<string, z.infer<S>>> {
    const [said, now] = await Promise.all([this.#redis.hgetall(this.#key), this.#now()]);
    const current = new Map<string, z.infer<S>>();
    const gone: string[] = [];
    for (const [id, text] of Object.entries(said)) {
      const value = this.#read(text, now);
      if (value === undefined) gone.push(id);
      else current.set(id, value);
    }
    if (gone.length > 0) await this.#redis.hdel(this.#key, ...gone);
    return current;
  }

  async remove(id: string): Promise<void> {
    await this.#redis.hdel(this.#key, id);
  }

  /** Clocks of machines differ; that of Redis is the same for all. */
  async #now(): Promise<number> {
    const [seconds] = await this.#redis.time();
    return Number(seconds);
  }

  /** `undefined` for what is old, or of another version. */
  #read(text: string, now: number): z.infer<S> | undefined {
    const { time, value } = JSON.parse(text) as { time: number; value: unknown };
    if (now - time > this.#seconds) return undefined;
    return this.#schema.safeParse(value).data;
  }
}
