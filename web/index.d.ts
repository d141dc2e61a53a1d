// Types of ostia-js. Their names are those of @types/auth0-js, so programs written against these compile unchanged; what
// callbacks get, Promises give when the callback is left out.
export as namespace auth0;

export type Auth0Callback<T, E = Auth0Error> = (error: null | E, result: T) => void;

// ---- options ---------------------------------------------------------------------------------------------------------

export interface AuthOptions {
  /** The authority's host, or its origin with the scheme (`http://localhost:8080`). */
  domain: string;
  clientID: string;
  responseType?: string | undefined;
  responseMode?: string | undefined;
  redirectUri?: string | undefined;
  scope?: string | undefined;
  audience?: string | undefined;
  /** Seconds that clocks may differ; 60 when absent or 0, at most 300. */
  leeway?: number | undefined;
  /** Seconds since the person last signed in, checked against `auth_time`. */
  maxAge?: number | undefined;
  /** Minutes that a login attempt is remembered; 30 when absent. */
  stateExpiration?: number | undefined;
  popupOrigin?: string | undefined;
  organization?: string | undefined;
  invitation?: string | undefined;
  protocol?: string | undefined;
  realm?: string | undefined;
  credentialType?: string | undefined;
  response_type?: string | undefined;
  state?: string | undefined;
  nonce?: string | undefined;
  tenant?: string | undefined;
  jwksURI?: string | undefined;
  universalLoginPage?: boolean | undefined;
  timeout?: number | undefined;
  plugins?: any;
  /** The `Domain` of cookies. */
  cookieDomain?: string | undefined;
  /** A copy of each cookie for browsers that misread `SameSite=None`; true when absent. */
  legacySameSiteCookie?: boolean | undefined;
  overrides?: { __tenant?: string | undefined; __token_issuer?: string | undefined; __jwks_uri?: string | undefined } | undefined;
  headers?: Record<string, string> | undefined;
  /** With `responseType: 'code'`: PKCE, and renewal by refresh token in `checkSession`. Ostia's own. */
  useRefreshTokens?: boolean | undefined;
  /** Where refresh tokens are kept; `memory` when absent. Ostia's own. */
  cacheLocation?: 'memory' | 'localstorage' | undefined;
  _csrf?: string | undefined;
  _intstate?: string | undefined;
  _timesToRetryFailedRequests?: number | undefined;
  _disableDeprecationWarnings?: boolean | undefined;
  _sendTelemetry?: boolean | undefined;
  _telemetryInfo?: any;
  __tryLocalStorageFirst?: boolean | undefined;
}

export interface TokenProvider {
  enableCache?: boolean | undefined;
  cacheTTLInSeconds?: number | undefined;
}

export interface ManagementOptions {
  domain: string;
  token?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  audience?: string | undefined;
  scope?: string | undefined;
  tokenProvider?: TokenProvider | undefined;
  telemetry?: boolean | undefined;
  _sendTelemetry?: boolean | undefined;
  _telemetryInfo?: any;
}

export interface BaseAuthOptions {
  clientID?: string | undefined;
  responseType?: string | undefined;
  redirectUri?: string | undefined;
  scope?: string | undefined;
  audience?: string | undefined;
  state?: string | undefined;
  nonce?: string | undefined;
  _csrf?: string | undefined;
  _intstate?: string | undefined;
}

export interface AuthorizeOptions {
  domain?: string | undefined;
  clientID?: string | undefined;
  connection?: string | undefined;
  redirectUri?: string | undefined;
  responseType?: string | undefined;
  responseMode?: string | undefined;
  state?: string | undefined;
  nonce?: string | undefined;
  scope?: string | undefined;
  audience?: string | undefined;
  language?: string | undefined;
  prompt?: string | undefined;
  mode?: 'login' | 'signUp' | undefined;
  accessType?: string | undefined;
  approvalPrompt?: string | undefined;
  appState?: any;
  connection_scope?: string | string[] | undefined;
  organization?: string | undefined;
  invitation?: string | undefined;
  login_hint?: string | undefined;
  maxAge?: number | undefined;
  codeChallenge?: string | undefined;
  codeChallengeMethod?: string | undefined;
  [parameter: string]: any;
}

export interface AuthorizeUrlOptions {
  responseType?: string | undefined;
  redirectUri?: string | undefined;
  state?: string | undefined;
  nonce?: string | undefined;
  [parameter: string]: any;
}

export interface LogoutOptions {
  clientID?: string | undefined;
  returnTo?: string | undefined;
  federated?: boolean | string | undefined;
  [parameter: string]: any;
}

export interface ParseHashOptions {
  hash?: string | undefined;
  state?: string | undefined;
  nonce?: string | undefined;
  responseType?: string | undefined;
  _idTokenVerification?: boolean | undefined;
  __enableIdPInitiatedLogin?: boolean | undefined;
  __enableImpersonation?: boolean | undefined;
}

export interface CheckSessionOptions extends AuthorizeOptions {
  /** Milliseconds; 60,000 when absent. */
  timeout?: number | undefined;
  usePostMessage?: boolean | undefined;
}

export interface RenewAuthOptions extends CheckSessionOptions {
  postMessageDataType?: string | undefined;
  postMessageOrigin?: string | undefined;
}

export interface LoginOptions {
  username: string;
  password: string;
  scope?: string | undefined;
}
export interface DefaultLoginOptions extends LoginOptions {
  audience?: string | undefined;
  realm: string;
}
export interface DefaultDirectoryLoginOptions extends LoginOptions {
  audience?: string | undefined;
}
export interface ResourceOwnerLoginOptions extends LoginOptions {
  connection: string;
  device?: string | undefined;
}

export interface CrossOriginLoginOptions {
  username?: string | undefined;
  email?: string | undefined;
  password: string;
  realm?: string | undefined;
  captcha?: any;
  onRedirecting?: ((done: () => void) => void) | undefined;
  [parameter: string]: any;
}

export interface DbSignUpOptions {
  email: string;
  password: string;
  connection: string;
  username?: string | undefined;
  scope?: string | undefined;
  user_metadata?: any;
  userMetadata?: any;
  captcha?: string | undefined;
  [attribute: string]: any;
}

export interface ChangePasswordOptions {
  connection: string;
  email: string;
  captcha?: string | undefined;
}

export interface PasswordlessStartAuthParams extends BaseAuthOptions {
  [parameter: string]: any;
}
export interface PasswordlessStartOptions {
  connection: string;
  send: string;
  phoneNumber?: string | undefined;
  email?: string | undefined;
  authParams?: PasswordlessStartAuthParams | undefined;
  xRequestLanguage?: string | undefined;
  captcha?: string | undefined;
}
export interface PasswordlessVerifyOptions extends BaseAuthOptions {
  connection: string;
  verificationCode: string;
  phoneNumber?: string | undefined;
  email?: string | undefined;
  send?: string | undefined;
  onRedirecting?: ((done: () => void) => void) | undefined;
}
export interface PasswordlessLoginOptions extends BaseAuthOptions {
  connection: string;
  verificationCode: string;
  phoneNumber?: string | undefined;
  email?: string | undefined;
  captcha?: string | undefined;
  onRedirecting?: ((done: () => void) => void) | undefined;
}
export interface PasswordlessAuthOptions {
  connection: string;
  verificationCode: string;
  phoneNumber: string;
  email: string;
}

export interface DelegationOptions {
  client_id?: string | undefined;
  grant_type: string;
  id_token?: string | undefined;
  refresh_token?: string | undefined;
  target?: string | undefined;
  scope?: string | undefined;
  api_type?: string | undefined;
  [parameter: string]: any;
}

export interface CustomTokenExchangeOptions {
  subjectToken: string;
  subjectTokenType: string;
  audience?: string | undefined;
  scope?: string | undefined;
  organization?: string | undefined;
  [parameter: string]: any;
}

// ---- captcha ---------------------------------------------------------------------------------------------------------

export type DoneCallback = (err?: Auth0Error) => void;

export interface Captcha {
  reload: (callback?: DoneCallback) => void;
  getValue: () => string;
}
export interface Auth0Challenge {
  required: boolean;
  image: string;
  /** `code` or `formula`. */
  type: any;
  /** `auth0`, `recaptcha_v2`, `recaptcha_enterprise`, `hcaptcha`, `friendly_captcha`, `arkose` or `auth0_v2`. */
  provider: any;
  [other: string]: unknown;
}
export interface CaptchaTemplates {
  auth0?: ((challenge: Auth0Challenge) => string) | undefined;
  recaptcha_v2?: ((challenge: Auth0Challenge) => string) | undefined;
  recaptcha_enterprise?: ((challenge: Auth0Challenge) => string) | undefined;
  hcaptcha?: ((challenge: Auth0Challenge) => string) | undefined;
  friendly_captcha?: ((challenge: Auth0Challenge) => string) | undefined;
  arkose?: ((challenge: Auth0Challenge) => string) | undefined;
  auth0_v2?: ((challenge: Auth0Challenge) => string) | undefined;
  error?: ((error: any) => string) | undefined;
}
export interface CatpchaConfiguration {
  lang?: string | undefined;
  appearance?: string | undefined;
  successCallback?: (() => void) | undefined;
  templates?: CaptchaTemplates | undefined;
}

// ---- results ---------------------------------------------------------------------------------------------------------

export type LibErrorCodes = 'timeout' | 'request_error' | 'invalid_token';
export type LoginRequiredErrorCode = 'login_required';
export type InteractionRequiredErrorCode = 'interaction_required';
export type ConsentRequiredErrorCode = 'consent_required';
export type SpecErrorCodes =
  | LoginRequiredErrorCode
  | InteractionRequiredErrorCode
  | ConsentRequiredErrorCode
  | 'account_selection_required'
  | 'invalid_request_uri'
  | 'invalid_request_object'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported';

export interface Auth0Error {
  error: LibErrorCodes | SpecErrorCodes | string;
  errorDescription?: string | undefined;
  error_description?: string | undefined;
  code?: string | undefined;
  description?: string | undefined;
  name?: string | undefined;
  policy?: string | undefined;
  original?: any;
  statusCode?: number | undefined;
  statusText?: string | undefined;
  errorDetails?: { codes: any; details: any } | undefined;
  errorInfo?: { error_code: string; message: string } | undefined;
  /** Why, finer than the legacy text: `state_expired`, `popup_blocked`, … Not enumerable. */
  readonly reason?: string | undefined;
  /** A sentence for developers, with a link to the guide. Not enumerable. */
  readonly message?: string | undefined;
  /** With `clock_skew`: seconds by which this device's clock is ahead of the authority's. Not enumerable. */
  readonly skew?: number | undefined;
}
export type Auth0ParseHashError = Auth0Error & { state?: string | undefined };

export interface Auth0Result {
  accessToken?: string | undefined;
  expiresIn?: number | undefined;
  idToken?: string | undefined;
  refreshToken?: string | undefined;
  appState?: any;
}
export interface Auth0DecodedHash {
  accessToken?: string | undefined;
  idToken?: string | undefined;
  idTokenPayload?: any;
  appState?: any;
  refreshToken?: string | undefined;
  state?: string | undefined;
  expiresIn?: number | undefined;
  tokenType?: string | undefined;
  scope?: string | undefined;
}
export interface Auth0DelegationToken {
  expiresIn: number;
  idToken: string;
  tokenType: string;
}
export interface Auth0Identity {
  connection: string;
  isSocial: boolean;
  provider: string;
  user_id: string;
}
export interface Auth0UserProfile {
  name: string;
  nickname: string;
  picture: string;
  user_id: string;
  username?: string | undefined;
  given_name?: string | undefined;
  family_name?: string | undefined;
  email?: string | undefined;
  email_verified?: boolean | undefined;
  clientID: string;
  gender?: string | undefined;
  locale?: string | undefined;
  identities: Auth0Identity[];
  created_at: string;
  updated_at: string;
  sub: string;
  user_metadata?: any;
  app_metadata?: any;
}
export interface MicrosoftUserProfile extends Auth0UserProfile {
  emails?: string[] | undefined;
}
export interface Office365UserProfile extends Auth0UserProfile {
  tenantid: string;
  upn: string;
}
export interface AdfsUserProfile extends Auth0UserProfile {
  issuer?: string | undefined;
}
export interface DbSignUpResults {
  email: string;
  emailVerified: boolean;
  [attribute: string]: any;
}
export interface SsoSessionFoundResult {
  lastUsedConnection: { name: string };
  lastUsedUserID: string;
  lastUsedUsername: string;
  lastUsedClientID: string;
  sessionClients: string[];
  sso: true;
}
export interface SsoSessionNotFoundResult {
  sso: false;
}
export type SsoDataResult = SsoSessionFoundResult | SsoSessionNotFoundResult;

/** The request under way; after `abort()` the callback never comes. */
export interface RequestHandle {
  readonly method: string;
  readonly url: string;
  readonly body: any;
  readonly headers: Record<string, string>;
  abort(): void;
  getMethod(): string;
  getUrl(): string;
  getBody(): any;
  getHeaders(): Record<string, string>;
}

// ---- classes ---------------------------------------------------------------------------------------------------------

export class Authentication {
  /** The calls that need no page: what a `WebAuth` has as `client`. */
  constructor(options: AuthOptions);
  constructor(webAuth: WebAuth, options: AuthOptions);
  baseOptions: any;
  passwordless: PasswordlessAuthentication;
  dbConnection: DBConnection;
  /** The address of a login at `/authorize`. It keeps nothing: with `state` and `nonce` of your own, check them yourself. */
  buildAuthorizeUrl(options: AuthorizeUrlOptions): string;
  /** The address of `/v2/logout`, with `returnTo` and `clientID` if they are given. */
  buildLogoutUrl(options?: LogoutOptions): string;
  /** A name and a password for tokens, in the tenant’s default directory. The client needs the grant `password`. */
  loginWithDefaultDirectory(options: DefaultDirectoryLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  loginWithDefaultDirectory(options: DefaultDirectoryLoginOptions): Promise<any>;
  /** The legacy `/oauth/ro`. New programs use `login`. */
  loginWithResourceOwner(options: ResourceOwnerLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  loginWithResourceOwner(options: ResourceOwnerLoginOptions): Promise<any>;
  /** A name and a password for tokens, in the connection `realm`. No session is made. */
  login(options: DefaultLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  login(options: DefaultLoginOptions): Promise<any>;
  /** `/oauth/token` with whatever grant the options name: `code` with `codeVerifier`, `refreshToken`, and so on. */
  oauthToken(options: any, callback: Auth0Callback<any>): RequestHandle;
  oauthToken(options: any): Promise<any>;
  /** A foreign token for one of the authority’s (RFC 8693), as the tenant’s token exchange profile says. */
  customTokenExchange(options: CustomTokenExchangeOptions, callback: Auth0Callback<any>): RequestHandle;
  customTokenExchange(options: CustomTokenExchangeOptions): Promise<any>;
  /** Whether somebody is logged in at the authority, and by which connection: `{ sso: false }`, or who. */
  getSSOData(callback: Auth0Callback<SsoDataResult | undefined>): void;
  getSSOData(withActiveDirectories: boolean, callback: Auth0Callback<SsoDataResult | undefined>): void;
  getSSOData(withActiveDirectories?: boolean): Promise<SsoDataResult>;
  /** The profile that an access token with the scope `openid` opens. */
  userInfo(accessToken: string, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  userInfo(accessToken: string): Promise<Auth0UserProfile>;
  /** The legacy `/delegation`. The authority refuses it. */
  delegation(options: DelegationOptions, callback: Auth0Callback<Auth0DelegationToken>): any;
  delegation(options: DelegationOptions): Promise<Auth0DelegationToken>;
  /** The country that the request seems to come from. */
  getUserCountry(callback: Auth0Callback<{ countryCode: string }>): RequestHandle;
  getUserCountry(): Promise<{ countryCode: string }>;
  /** The CAPTCHA that embedded login wants, if it wants one. */
  getChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getChallenge(): Promise<any>;
}

export class PasswordlessAuthentication {
  constructor(request: any, option: any);
  /** The address of `/passwordless/verify_redirect`, which logs in with a code and goes to the callback. */
  buildVerifyUrl(options: PasswordlessVerifyOptions): string;
  /** Sends a code or a link by e-mail or text message. */
  start(options: PasswordlessStartOptions, callback: Auth0Callback<any>): RequestHandle;
  start(options: PasswordlessStartOptions): Promise<any>;
  /** Whether a code is right. It stays good for the login that follows. */
  verify(options: PasswordlessVerifyOptions, callback: Auth0Callback<any>): RequestHandle;
  verify(options: PasswordlessVerifyOptions): Promise<any>;
  /** The CAPTCHA that `start` wants, if it wants one. */
  getChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getChallenge(): Promise<any>;
}

export class DBConnection {
  constructor(request: any, option: any);
  /** Makes an account in a database connection. */
  signup(options: DbSignUpOptions, callback: Auth0Callback<DbSignUpResults>): RequestHandle;
  signup(options: DbSignUpOptions): Promise<DbSignUpResults>;
  /** Sends a mail with a link to choose another password. The answer is the same whether there is an account or not. */
  changePassword(options: ChangePasswordOptions, callback: Auth0Callback<any>): RequestHandle;
  changePassword(options: ChangePasswordOptions): Promise<any>;
  /** The CAPTCHA that `signup` wants, if it wants one. */
  getSignupChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getSignupChallenge(): Promise<any>;
  /** The CAPTCHA that `changePassword` wants, if it wants one. */
  getPasswordResetChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getPasswordResetChallenge(): Promise<any>;
}

export class Management {
  /** What people may do to their own account, with a token for the audience `https://DOMAIN/api/v2/`. */
  constructor(options: ManagementOptions);
  /** The account; needs `read:current_user`. */
  getUser(userId: string, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  getUser(userId: string): Promise<Auth0UserProfile>;
  /** Changes `user_metadata`, member by member; null takes one away. Needs `update:current_user_metadata`. */
  patchUserMetadata(userId: string, userMetadata: any, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  patchUserMetadata(userId: string, userMetadata: any): Promise<Auth0UserProfile>;
  /** Changes root attributes. A person’s own token is refused; the vendor’s is too. */
  patchUserAttributes(userId: string, user: Auth0UserProfile, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  patchUserAttributes(userId: string, user: Auth0UserProfile): Promise<Auth0UserProfile>;
  /** Makes another account, whose ID token is the proof, an identity of this one. Needs `update:current_user_identities`. */
  linkUser(userId: string, secondaryUserToken: string, callback: Auth0Callback<any>): RequestHandle;
  linkUser(userId: string, secondaryUserToken: string): Promise<any>;
}

export class WebAuth {
  /** One application at one authority. It asks nothing of the network. */
  constructor(options: AuthOptions);
  baseOptions: any;
  client: Authentication;
  redirect: Redirect;
  popup: Popup;
  crossOriginAuthentication: CrossOriginAuthentication;
  transactionManager: any;
  _universalLogin: any;
  /** Leaves the page for the login page. `state` and `nonce` are made and remembered unless you give them. */
  authorize(options?: AuthorizeOptions): void;
  /** Reads the response of a login from the page’s fragment, or from `options.hash`, and checks it; null if there is none. */
  parseHash(callback: Auth0Callback<Auth0DecodedHash | null, Auth0ParseHashError>): void;
  parseHash(options: ParseHashOptions, callback: Auth0Callback<Auth0DecodedHash | null, Auth0ParseHashError>): void;
  parseHash(options?: ParseHashOptions): Promise<Auth0DecodedHash | null>;
  /** Checks a response that was taken apart already: state, nonce, ID token, access token. */
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object, callback: Auth0Callback<Auth0DecodedHash>): void;
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object): Promise<Auth0DecodedHash>;
  /** Checks an ID token: signature, issuer, audience, times, nonce. Gives its payload. */
  validateToken(token: string, nonce: string, callback: Auth0Callback<any>): void;
  validateToken(token: string, nonce?: string): Promise<any>;
  /** The older silent login, by a page of your own in a hidden frame. New programs use `checkSession`. */
  renewAuth(options: RenewAuthOptions, callback: Auth0Callback<any>): void;
  renewAuth(options: RenewAuthOptions): Promise<any>;
  /** Sends a mail with a link to choose another password. */
  changePassword(options: ChangePasswordOptions, callback: Auth0Callback<any>): RequestHandle;
  changePassword(options: ChangePasswordOptions): Promise<any>;
  /** Makes an account in a database connection, and does not log in. */
  signup(options: DbSignUpOptions, callback: Auth0Callback<any>): RequestHandle;
  signup(options: DbSignUpOptions): Promise<any>;
  /** Makes an account, then asks for tokens with its password. */
  signupAndAuthorize(options: DbSignUpOptions, callback: Auth0Callback<any>): RequestHandle;
  signupAndAuthorize(options: DbSignUpOptions): Promise<any>;
  /** Embedded login: the password goes to `/co/authenticate`, then the page is left for `/authorize`, which answers at the callback. */
  login(options: CrossOriginLoginOptions, callback: Auth0Callback<any>): void;
  login(options: CrossOriginLoginOptions): Promise<any>;
  /** The older name of `crossOriginVerification`. */
  crossOriginAuthenticationCallback(): void;
  /** For the page at `cross_origin_loc`: proves, where the browser withholds third-party cookies, that this browser has logged in. */
  crossOriginVerification(): void;
  /** Ends the session at the authority and comes back to `returnTo`, which the application (with `clientID`) or the tenant must list. */
  logout(options?: LogoutOptions): void;
  /** Sends a code or a link by e-mail or text message. */
  passwordlessStart(options: PasswordlessStartOptions, callback: Auth0Callback<any>): RequestHandle;
  passwordlessStart(options: PasswordlessStartOptions): Promise<any>;
  /** Logs in with a code, by redirect. New programs use `passwordlessLogin`. */
  passwordlessVerify(options: PasswordlessVerifyOptions, callback: Auth0Callback<any>): RequestHandle;
  passwordlessVerify(options: PasswordlessVerifyOptions): Promise<any>;
  /** Logs in with a code, embedded or by redirect, whichever works on this page. */
  passwordlessLogin(options: PasswordlessLoginOptions, callback: Auth0Callback<any>): void;
  passwordlessLogin(options: PasswordlessLoginOptions): Promise<any>;
  /** New tokens without showing anything, if somebody is logged in at the authority; else `login_required`. With refresh tokens it renews by them. */
  checkSession(options: CheckSessionOptions, cb: Auth0Callback<any>): void;
  checkSession(options: CheckSessionOptions): Promise<any>;
  /** A foreign token for one of the authority’s (RFC 8693). */
  customTokenExchange(options: CustomTokenExchangeOptions, callback: Auth0Callback<any>): RequestHandle;
  customTokenExchange(options: CustomTokenExchangeOptions): Promise<any>;
  /** Shows the CAPTCHA of a login in `element`, if the authority wants one. */
  renderCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  /** The same for a sign-up. */
  renderSignupCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  /** The same for `passwordlessStart`. */
  renderPasswordlessCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  /** The same for `changePassword`. */
  renderPasswordResetCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
}

export class Redirect {
  constructor(client: any, options: any);
  /** On a hosted login page: logs in with a name and a password, and leaves for the callback. */
  loginWithCredentials(options: any, callback: Auth0Callback<any>): void;
  loginWithCredentials(options: any): Promise<any>;
  /** On a hosted login page: makes an account and logs in with it. */
  signupAndLogin(options: any, callback: Auth0Callback<any>): void;
  signupAndLogin(options: any): Promise<any>;
}

export class Popup {
  constructor(client: any, options: any);
  /** Opens the window before it is needed, while the click still allows it. */
  preload(options?: any): any;
  /** For the popup’s callback page: hands the response to the page that opened it. */
  callback(options?: { hash?: string | undefined; state?: string | undefined; nonce?: string | undefined; popupOrigin?: string | undefined; _idTokenVerification?: string | undefined }): void;
  /** The login page in a popup; call it in a click. Calls back with the response, or when the window is closed or blocked. */
  authorize(options: any, callback: Auth0Callback<any>): any;
  authorize(options: any): Promise<any>;
  /** Logs in with a name and a password, and finishes in a popup. */
  loginWithCredentials(options: any, callback: Auth0Callback<any>): void;
  loginWithCredentials(options: any): Promise<any>;
  /** Logs in with a code, in a popup. */
  passwordlessVerify(options: any, callback: Auth0Callback<any>): any;
  passwordlessVerify(options: any): Promise<any>;
  /** Makes an account and logs in with it, in a popup. */
  signupAndLogin(options: any, callback: Auth0Callback<any>): any;
  signupAndLogin(options: any): Promise<any>;
  /** For the package’s own use. */
  buildPopupHandler(): any;
  /** For the package’s own use. */
  getPopupHandler(options: any, preload?: boolean): any;
}

export class CrossOriginAuthentication {
  constructor(webAuth: any, options: any);
  /** What `webAuth.login` does. */
  login(options: CrossOriginLoginOptions, callback: Auth0Callback<any>): void;
  /** What `webAuth.crossOriginVerification` does. */
  callback(): void;
}

export const version: { raw: string };

declare const auth0: { Authentication: typeof Authentication; Management: typeof Management; WebAuth: typeof WebAuth; version: typeof version };
export default auth0;
