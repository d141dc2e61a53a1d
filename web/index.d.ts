// Types of ostia-js, for what the package has so far. Kept by hand; tests/web compiles a program against it.

export type ResponseType = 'code' | 'token' | 'id_token' | (string & {});

export interface AuthOptions {
  /** The authority's host, or its origin with the scheme (`http://localhost:8080`). */
  domain: string;
  clientID: string;
  responseType?: ResponseType;
  responseMode?: 'query' | 'fragment' | 'form_post' | 'web_message';
  redirectUri?: string;
  scope?: string;
  audience?: string;
  /** Seconds that clocks may differ; 60 when absent or 0, at most 300. */
  leeway?: number;
  /** Seconds since the person last signed in, checked against `auth_time`. */
  maxAge?: number;
  /** Minutes that a login attempt is remembered; 30 when absent. */
  stateExpiration?: number;
  popupOrigin?: string;
  organization?: string;
  invitation?: string;
  state?: string;
  nonce?: string;
  legacySameSiteCookie?: boolean;
  cookieDomain?: string;
  plugins?: unknown[];
  overrides?: { __tenant?: string; __token_issuer?: string; __jwks_uri?: string };
  __tryLocalStorageFirst?: boolean;
  _disableDeprecationWarnings?: boolean;
  _sendTelemetry?: boolean;
  _telemetryInfo?: object;
  _timesToRetryFailedRequests?: number;
}

export interface AuthorizeOptions extends Partial<AuthOptions> {
  connection?: string;
  connection_scope?: string | string[];
  prompt?: 'none' | 'login' | 'consent' | 'select_account' | (string & {});
  loginHint?: string;
  login_hint?: string;
  appState?: unknown;
  codeChallenge?: string;
  codeChallengeMethod?: 'S256';
  [parameter: string]: unknown;
}

export interface LogoutOptions {
  returnTo?: string;
  clientID?: string | undefined;
  federated?: boolean | string;
  [parameter: string]: unknown;
}

export interface ParseHashOptions {
  hash?: string;
  state?: string;
  nonce?: string;
  responseType?: ResponseType;
  __enableIdPInitiatedLogin?: boolean;
  __enableImpersonation?: boolean;
}

export interface CheckSessionOptions extends AuthorizeOptions {
  /** Milliseconds; 60,000 when absent. */
  timeout?: number;
}

export interface AuthResult {
  accessToken: string | null;
  idToken: string | null;
  idTokenPayload: any;
  appState: any;
  refreshToken: string | null;
  state: string | null;
  expiresIn: number | null;
  tokenType: string | null;
  scope: string | null;
}

/** An error of a callback. `reason` and `message` are not enumerable, so the legacy shapes stay as they were. */
export interface AuthError {
  error?: string;
  errorDescription?: string;
  error_description?: string;
  state?: string;
  code?: string | number | null;
  description?: string | null;
  statusCode?: number;
  statusText?: string;
  name?: string;
  policy?: string;
  original?: any;
  /** Why, finer than the legacy text: `state_unknown`, `token_expired`, … */
  readonly reason?: string;
  readonly message?: string;
}

export interface UserProfile {
  sub: string;
  name?: string;
  nickname?: string;
  picture?: string;
  email?: string;
  email_verified?: boolean;
  updated_at?: string;
  [claim: string]: any;
}

export type Callback<T> = (error: AuthError | null, result: T) => void;

export interface RequestHandle {
  method: string;
  url: string;
  headers: Record<string, string>;
  abort(): void;
  getMethod(): string;
  getUrl(): string;
  getBody(): any;
  getHeaders(): Record<string, string>;
}

export class Authentication {
  constructor(options: AuthOptions);
  baseOptions: AuthOptions & Record<string, any>;
  buildAuthorizeUrl(options: AuthorizeOptions): string;
  buildLogoutUrl(options?: LogoutOptions): string;
  userInfo(accessToken: string, cb: Callback<UserProfile>): RequestHandle;
  userInfo(accessToken: string): Promise<UserProfile>;
}

export class WebAuth {
  constructor(options: AuthOptions);
  baseOptions: AuthOptions & Record<string, any>;
  client: Authentication;
  authorize(options?: AuthorizeOptions): void;
  logout(options?: LogoutOptions): void;
  parseHash(cb: Callback<AuthResult | null>): void;
  parseHash(options: ParseHashOptions, cb: Callback<AuthResult | null>): void;
  parseHash(options?: ParseHashOptions): Promise<AuthResult | null>;
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object, cb: Callback<AuthResult>): void;
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object): Promise<AuthResult>;
  validateToken(token: string, nonce: string | undefined, cb: Callback<any>): void;
  validateToken(token: string, nonce?: string): Promise<any>;
  checkSession(options: CheckSessionOptions, cb: Callback<AuthResult>): void;
  checkSession(options: CheckSessionOptions): Promise<AuthResult>;
}

export const version: { raw: string };

declare const auth0: { Authentication: typeof Authentication; WebAuth: typeof WebAuth; version: typeof version };
export default auth0;
