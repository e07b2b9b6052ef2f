/**
 * Sign-in by OAuth 2 authorization code with PKCE (RFC 7636), as any Mastodon app does it: this
 * client has no back door into its own server. What must outlive the trip to the sign-in page is
 * kept in localStorage under one key each.
 */
import { ApiError, post } from "./http";
import type { App, Token } from "./types";

const SCOPES = "read write follow push";
const APP_KEY = "weft.app";
const TRIP_KEY = "weft.trip";

interface Trip {
  verifier: string;
  state: string;
  back: string;
}

const redirectUri = () => `${location.origin}/auth/callback`;

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

const secret = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challenge(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

/** This browser's app registration; made once and kept. */
async function app(): Promise<App> {
  const kept = localStorage.getItem(APP_KEY);
  if (kept) return JSON.parse(kept) as App;
  const made = await post<App>(
    "/api/v1/apps",
    {
      client_name: "Weft web",
      redirect_uris: redirectUri(),
      scopes: SCOPES,
      website: location.origin,
    },
    { bearer: null },
  );
  localStorage.setItem(APP_KEY, JSON.stringify(made));
  return made;
}

/**
 * A registration that the server still knows, and a token for the app itself. A kept one can be
 * older than the server's data; then it is forgotten and made anew.
 */
async function workingApp(): Promise<{ client_id: string; bearer: string }> {
  for (const last of [false, true]) {
    const { client_id, client_secret } = await app();
    const body = { grant_type: "client_credentials", client_id, client_secret, scope: SCOPES };
    try {
      const made = await post<Token>("/oauth/token", body, { bearer: null });
      return { client_id, bearer: made.access_token };
    } catch (error) {
      const unknown = error instanceof ApiError && error.status >= 400 && error.status < 500;
      if (last || !unknown) throw error;
      localStorage.removeItem(APP_KEY);
    }
  }
  throw new ApiError("refused", "", 0);
}

/** Leaves for the server's sign-in page; `back` is the path to return to. */
export async function startSignIn(back: string): Promise<void> {
  const { client_id } = await workingApp();
  const trip: Trip = { verifier: secret(), state: secret(), back };
  const query = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: redirectUri(),
    scope: SCOPES,
    state: trip.state,
  });
  // crypto.subtle exists only on HTTPS and localhost. On a plain-HTTP address in the house the
  // sign-in goes without PKCE; the client secret still binds the code to this browser.
  if (crypto.subtle) {
    query.set("code_challenge", await challenge(trip.verifier));
    query.set("code_challenge_method", "S256");
  }
  localStorage.setItem(TRIP_KEY, JSON.stringify(trip));
  location.replace(`/oauth/authorize?${query}`);
}

/** Ends the trip at /auth/callback. Gives the token and the path to go back to. */
export async function finishSignIn(query: URLSearchParams): Promise<{ token: string; back: string }> {
  const kept = localStorage.getItem(TRIP_KEY);
  localStorage.removeItem(TRIP_KEY);
  const trip = kept ? (JSON.parse(kept) as Trip) : null;
  const code = query.get("code");
  if (!trip || !code || query.get("state") !== trip.state) {
    throw new Error(query.get("error_description") ?? "");
  }
  const { client_id, client_secret } = await app();
  const made = await post<Token>(
    "/oauth/token",
    {
      grant_type: "authorization_code",
      client_id,
      client_secret,
      redirect_uri: redirectUri(),
      scope: SCOPES,
      code,
      ...(crypto.subtle ? { code_verifier: trip.verifier } : {}),
    },
    { bearer: null },
  );
  return { token: made.access_token, back: trip.back };
}

export interface SignUp {
  username: string;
  email: string;
  password: string;
  agreement: boolean;
  locale: string;
  reason?: string;
}

/** Makes an account and gives its token. */
export async function signUp(form: SignUp): Promise<string> {
  const { bearer } = await workingApp();
  return (await post<Token>("/api/v1/accounts", form, { bearer })).access_token;
}

/** Tells the server to forget the token. The reader is signed out here even if that fails. */
export async function revoke(token: string): Promise<void> {
  const { client_id, client_secret } = await app();
  await post("/oauth/revoke", { client_id, client_secret, token });
}
