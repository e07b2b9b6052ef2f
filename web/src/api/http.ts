/**
 * The one place that calls `fetch`. Same origin, JSON in and out, bearer token, a time limit,
 * and errors as one type that the reader's words can be chosen from (`state/words.ts`).
 */

/** What went wrong, in kinds the interface has words for. */
export type Trouble =
  | "offline"
  | "slow"
  | "signed-out"
  | "forbidden"
  | "missing"
  | "refused"
  | "too-large"
  | "too-many"
  | "server";

export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    /** The server's own words, safe to show; empty when it had none. */
    readonly detail: string,
    readonly status: number,
    /** Field errors of a sign-up: field name → the server's sentence. */
    readonly fields: Record<string, string> = {},
  ) {
    super(detail || trouble);
  }
}

/** A phone on a bad line needs a while; beyond this a person thinks it is broken. */
const READ_TIMEOUT_MS = 20_000;
/** Uploads and AI-assisted writes may rightly take longer. */
const WRITE_TIMEOUT_MS = 90_000;
/** A read is tried again after these pauses, when the line or the server hiccuped. */
const RETRY_PAUSES_MS = [600, 1_800];

let token: string | null = null;
let onSignedOut: () => void = () => undefined;

export function useToken(value: string | null): void {
  token = value;
}

/** Called once when the server says that our token is no longer good. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export function currentToken(): string | null {
  return token;
}

type Query = Record<string, string | number | boolean | string[] | null | undefined>;

export function withQuery(path: string, query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) for (const item of value) parts.append(`${key}[]`, item);
    else parts.append(key, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}

export interface Page<T> {
  items: T[];
  /** Path of the next (older) page, from the Link header; null at the end. */
  next: string | null;
}

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  bearer?: string | null;
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const bearer = options.bearer === undefined ? token : options.bearer;
  if (bearer) headers["Authorization"] = `Bearer ${bearer}`;
  let body: BodyInit | null = null;
  if (options.body instanceof FormData) body = options.body;
  else if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  const limit = method === "GET" ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS;
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body, signal: AbortSignal.timeout(limit) });
  } catch (cause) {
    const slow = cause instanceof DOMException && cause.name === "TimeoutError";
    throw new ApiError(slow ? "slow" : "offline", "", 0);
  }
  if (response.ok) return response;
  const error = await asError(response);
  if (response.status === 401 && bearer && bearer === token) onSignedOut();
  throw error;
}

const TROUBLES: Record<number, Trouble> = {
  401: "signed-out",
  403: "forbidden",
  404: "missing",
  410: "missing",
  413: "too-large",
  429: "too-many",
};

async function asError(response: Response): Promise<ApiError> {
  let detail = "";
  const fields: Record<string, string> = {};
  try {
    const body = (await response.json()) as {
      error?: string;
      error_description?: string;
      details?: Record<string, { description: string }[]>;
    };
    detail = body.error_description ?? body.error ?? "";
    for (const [name, problems] of Object.entries(body.details ?? {}))
      fields[name] = problems.map((problem) => problem.description).join(" ");
  } catch {
    // Not JSON (a proxy's page): the status alone has to do.
  }
  const trouble = TROUBLES[response.status] ?? (response.status >= 500 ? "server" : "refused");
  return new ApiError(trouble, detail, response.status, fields);
}

async function read(path: string): Promise<Response> {
  for (const pause of RETRY_PAUSES_MS) {
    try {
      return await send("GET", path, {});
    } catch (error) {
      const passing = error instanceof ApiError && ["offline", "server"].includes(error.trouble);
      if (!passing) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return send("GET", path, {});
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await (await read(withQuery(path, query))).json()) as T;
}

export async function page<T>(path: string, query: Query = {}): Promise<Page<T>> {
  const response = await read(withQuery(path, query));
  return { items: (await response.json()) as T[], next: nextOf(response.headers.get("Link")) };
}

/** The `rel="next"` target of a Link header (RFC 8288) as a path on this origin. */
export function nextOf(header: string | null): string | null {
  for (const part of header?.split(/,\s*(?=<)/) ?? []) {
    const found = /^<([^>]+)>.*\brel="?next"?/.exec(part);
    if (found?.[1]) {
      const url = new URL(found[1], "http://here");
      return url.pathname + url.search;
    }
  }
  return null;
}

export async function write<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  options: Omit<Options, "body"> = {},
): Promise<T> {
  const response = await send(method, path, body === undefined ? options : { ...options, body });
  const text = await response.text();
  return (text ? JSON.parse(text) : {}) as T;
}

export const post = <T>(path: string, body?: unknown, options: Omit<Options, "body"> = {}) =>
  write<T>("POST", path, body, options);
