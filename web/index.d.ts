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
  constructor(options: AuthOptions);
  constructor(webAuth: WebAuth, options: AuthOptions);
  baseOptions: any;
  passwordless: PasswordlessAuthentication;
  dbConnection: DBConnection;
  buildAuthorizeUrl(options: AuthorizeUrlOptions): string;
  buildLogoutUrl(options?: LogoutOptions): string;
  loginWithDefaultDirectory(options: DefaultDirectoryLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  loginWithDefaultDirectory(options: DefaultDirectoryLoginOptions): Promise<any>;
  loginWithResourceOwner(options: ResourceOwnerLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  loginWithResourceOwner(options: ResourceOwnerLoginOptions): Promise<any>;
  login(options: DefaultLoginOptions, callback: Auth0Callback<any>): RequestHandle;
  login(options: DefaultLoginOptions): Promise<any>;
  oauthToken(options: any, callback: Auth0Callback<any>): RequestHandle;
  oauthToken(options: any): Promise<any>;
  customTokenExchange(options: CustomTokenExchangeOptions, callback: Auth0Callback<any>): RequestHandle;
  customTokenExchange(options: CustomTokenExchangeOptions): Promise<any>;
  getSSOData(callback: Auth0Callback<SsoDataResult | undefined>): void;
  getSSOData(withActiveDirectories: boolean, callback: Auth0Callback<SsoDataResult | undefined>): void;
  getSSOData(withActiveDirectories?: boolean): Promise<SsoDataResult>;
  userInfo(accessToken: string, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  userInfo(accessToken: string): Promise<Auth0UserProfile>;
  delegation(options: DelegationOptions, callback: Auth0Callback<Auth0DelegationToken>): any;
  delegation(options: DelegationOptions): Promise<Auth0DelegationToken>;
  getUserCountry(callback: Auth0Callback<{ countryCode: string }>): RequestHandle;
  getUserCountry(): Promise<{ countryCode: string }>;
  getChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getChallenge(): Promise<any>;
}

export class PasswordlessAuthentication {
  constructor(request: any, option: any);
  buildVerifyUrl(options: PasswordlessVerifyOptions): string;
  start(options: PasswordlessStartOptions, callback: Auth0Callback<any>): RequestHandle;
  start(options: PasswordlessStartOptions): Promise<any>;
  verify(options: PasswordlessVerifyOptions, callback: Auth0Callback<any>): RequestHandle;
  verify(options: PasswordlessVerifyOptions): Promise<any>;
  getChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getChallenge(): Promise<any>;
}

export class DBConnection {
  constructor(request: any, option: any);
  signup(options: DbSignUpOptions, callback: Auth0Callback<DbSignUpResults>): RequestHandle;
  signup(options: DbSignUpOptions): Promise<DbSignUpResults>;
  changePassword(options: ChangePasswordOptions, callback: Auth0Callback<any>): RequestHandle;
  changePassword(options: ChangePasswordOptions): Promise<any>;
  getSignupChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getSignupChallenge(): Promise<any>;
  getPasswordResetChallenge(callback: Auth0Callback<any>): RequestHandle | undefined;
  getPasswordResetChallenge(): Promise<any>;
}

export class Management {
  constructor(options: ManagementOptions);
  getUser(userId: string, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  getUser(userId: string): Promise<Auth0UserProfile>;
  patchUserMetadata(userId: string, userMetadata: any, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  patchUserMetadata(userId: string, userMetadata: any): Promise<Auth0UserProfile>;
  patchUserAttributes(userId: string, user: Auth0UserProfile, callback: Auth0Callback<Auth0UserProfile>): RequestHandle;
  patchUserAttributes(userId: string, user: Auth0UserProfile): Promise<Auth0UserProfile>;
  linkUser(userId: string, secondaryUserToken: string, callback: Auth0Callback<any>): RequestHandle;
  linkUser(userId: string, secondaryUserToken: string): Promise<any>;
}

export class WebAuth {
  constructor(options: AuthOptions);
  baseOptions: any;
  client: Authentication;
  redirect: Redirect;
  popup: Popup;
  crossOriginAuthentication: CrossOriginAuthentication;
  transactionManager: any;
  _universalLogin: any;
  authorize(options?: AuthorizeOptions): void;
  parseHash(callback: Auth0Callback<Auth0DecodedHash | null, Auth0ParseHashError>): void;
  parseHash(options: ParseHashOptions, callback: Auth0Callback<Auth0DecodedHash | null, Auth0ParseHashError>): void;
  parseHash(options?: ParseHashOptions): Promise<Auth0DecodedHash | null>;
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object, callback: Auth0Callback<Auth0DecodedHash>): void;
  validateAuthenticationResponse(options: ParseHashOptions, parsedHash: object): Promise<Auth0DecodedHash>;
  validateToken(token: string, nonce: string, callback: Auth0Callback<any>): void;
  validateToken(token: string, nonce?: string): Promise<any>;
  renewAuth(options: RenewAuthOptions, callback: Auth0Callback<any>): void;
  renewAuth(options: RenewAuthOptions): Promise<any>;
  changePassword(options: ChangePasswordOptions, callback: Auth0Callback<any>): RequestHandle;
  changePassword(options: ChangePasswordOptions): Promise<any>;
  signup(options: DbSignUpOptions, callback: Auth0Callback<any>): RequestHandle;
  signup(options: DbSignUpOptions): Promise<any>;
  signupAndAuthorize(options: DbSignUpOptions, callback: Auth0Callback<any>): RequestHandle;
  signupAndAuthorize(options: DbSignUpOptions): Promise<any>;
  login(options: CrossOriginLoginOptions, callback: Auth0Callback<any>): void;
  login(options: CrossOriginLoginOptions): Promise<any>;
  crossOriginAuthenticationCallback(): void;
  crossOriginVerification(): void;
  logout(options?: LogoutOptions): void;
  passwordlessStart(options: PasswordlessStartOptions, callback: Auth0Callback<any>): RequestHandle;
  passwordlessStart(options: PasswordlessStartOptions): Promise<any>;
  passwordlessVerify(options: PasswordlessVerifyOptions, callback: Auth0Callback<any>): RequestHandle;
  passwordlessVerify(options: PasswordlessVerifyOptions): Promise<any>;
  passwordlessLogin(options: PasswordlessLoginOptions, callback: Auth0Callback<any>): void;
  passwordlessLogin(options: PasswordlessLoginOptions): Promise<any>;
  checkSession(options: CheckSessionOptions, cb: Auth0Callback<any>): void;
  checkSession(options: CheckSessionOptions): Promise<any>;
  customTokenExchange(options: CustomTokenExchangeOptions, callback: Auth0Callback<any>): RequestHandle;
  customTokenExchange(options: CustomTokenExchangeOptions): Promise<any>;
  renderCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  renderSignupCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  renderPasswordlessCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
  renderPasswordResetCaptcha(element: HTMLElement, options?: CatpchaConfiguration, callback?: Auth0Callback<any>): Captcha;
}

export class Redirect {
  constructor(client: any, options: any);
  loginWithCredentials(options: any, callback: Auth0Callback<any>): void;
  loginWithCredentials(options: any): Promise<any>;
  signupAndLogin(options: any, callback: Auth0Callback<any>): void;
  signupAndLogin(options: any): Promise<any>;
}

export class Popup {
  constructor(client: any, options: any);
  preload(options?: any): any;
  callback(options?: { hash?: string | undefined; state?: string | undefined; nonce?: string | undefined; popupOrigin?: string | undefined; _idTokenVerification?: string | undefined }): void;
  authorize(options: any, callback: Auth0Callback<any>): any;
  authorize(options: any): Promise<any>;
  loginWithCredentials(options: any, callback: Auth0Callback<any>): void;
  loginWithCredentials(options: any): Promise<any>;
  passwordlessVerify(options: any, callback: Auth0Callback<any>): any;
  passwordlessVerify(options: any): Promise<any>;
  signupAndLogin(options: any, callback: Auth0Callback<any>): any;
  signupAndLogin(options: any): Promise<any>;
  buildPopupHandler(): any;
  getPopupHandler(options: any, preload?: boolean): any;
}

export class CrossOriginAuthentication {
  constructor(webAuth: any, options: any);
  login(options: CrossOriginLoginOptions, callback: Auth0Callback<any>): void;
  callback(): void;
}

export const version: { raw: string };

declare const auth0: { Authentication: typeof Authentication; Management: typeof Management; WebAuth: typeof WebAuth; version: typeof version };
export default auth0;
