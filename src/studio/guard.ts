import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Who may ask the studio. */
export interface Admission {
  /** Host and port that it listens at; only requests that name them, or this machine, are answered. */
  readonly host: string;
  readonly port: number;
  /** What a request has to know; undefined where only this machine can ask. */
  readonly token?: string;
}

const cookie = 'transpike-studio';

/** A token that cannot be guessed. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Refuses what no page of the studio asks. A page of another origin may send requests here, too, and by DNS rebinding under a name of its
 * own: so the Host has to be an address of the studio, and where a browser says which page asks, it has to be one of the studio.
 */
export function admitOwnPages(admission: () => Admission): MiddlewareHandler {
  return async (context, next) => {
    const { host: own, port, token } = admission();
    const host = context.req.header('host') ?? '';
    const names = token === undefined ? ['127.0.0.1', 'localhost', own] : undefined;
    const named = names ? names.some((name) => host === `${name}:${port}`) : host.endsWith(`:${port}`);
    if (!named) return context.text('This is not an address of the studio.', 403);
    const origin = context.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`) {
      return context.text('Pages of other origins may not ask the studio.', 403);
    }
    const site = context.req.header('sec-fetch-site');
    if (site === 'cross-site' && context.req.method !== 'GET') {
      return context.text('Pages of other sites may not ask the studio.', 403);
    }
    if (token !== undefined) {
      const given = context.req.query('token');
      if (given !== undefined && isEqual(given, token)) {
        setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return context.redirect(new URL(context.req.url).pathname);
      }
      if (!isEqual(getCookie(context, cookie) ?? '', token)) {
        return context.text('Open the address that the studio has printed, with its token.', 401);
      }
    }
    await next();
    context.header('content-security-policy', policy);
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('x-frame-options', 'SAMEORIGIN');
    return;
  };
}

/** Pages run scripts of the studio alone, and ask nobody else. */
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
