// The constructors' checks, and how a call's options meet the constructor's (WA-006 to WA-014).

function check(options: any, names: string, type: string, text: string, optional = true): void {
  for (const name of names.split(' '))
    if (options && !(optional && !options[name]) && typeof options[name] !== type) throw new Error(name + text);
}

const invalid = ' is not valid', invalidOption = ' option is not valid', required = ' option is required';

export function checkObject(options: unknown, name = 'options parameter'): void {
  if (typeof options !== 'object') throw new Error(name + invalid);
}

export function checkText(text: unknown, name: string): void {
  if (typeof text !== 'string') throw new Error(`${name} parameter is not valid`);
}

export function checkClient(options: any, secondRequired = 'clientID'): void {
  checkObject(options);
  check(options, 'domain ' + secondRequired, 'string', required, false);
  if (secondRequired === 'clientID') check(options, 'responseType responseMode redirectUri scope audience', 'string', invalid);
}

export function checkTelemetry(options: any, names = '_disableDeprecationWarnings _sendTelemetry'): void {
  check(options, names, 'boolean', invalidOption);
  check(options, '_telemetryInfo', 'object', invalidOption);
}

export function checkWebAuth(options: any): void {
  checkClient(options);
  check(options, 'popupOrigin', 'string', invalid);
  check(options, 'leeway', 'number', invalid);
  check(options, 'plugins', 'object', invalid);
  check(options, 'maxAge stateExpiration', 'number', invalid);
  check(options, 'legacySameSiteCookie', 'boolean', invalidOption);
  checkTelemetry(options);
  check(options, '_timesToRetryFailedRequests', 'number', invalidOption);
  const { overrides } = options;
  if (!overrides) return;
  if (typeof overrides !== 'object') throw new Error('overrides' + invalidOption);
  check(overrides, '__tenant __token_issuer', 'string', required);
  check(overrides, '__jwks_uri', 'string', ' is required');
}

export function checkResponseType(options: any): void {
  check(options, 'responseType', 'string', required, false);
}

/** Truthy members among `names`, a list of words. */
export function pick(from: any, names: string): any {
  const out: any = {};
  for (const name of names.split(' ')) if (from[name]) out[name] = from[name];
  return out;
}

/** The constructor's options among `names`, and over them every option of the call. */
export const merge = (base: any, names: string, options: any): any => ({ ...pick(base, names), ...options });

export function omit(from: any, names: string): any {
  const out = { ...from };
  for (const name of names.split(' ')) delete out[name];
  return out;
}

const attempt = 'redirectUri scope audience _csrf state _intstate nonce';
/** What nearly every flow takes from the constructor. */
export const flow = 'responseType ' + attempt;
export const flowWithMode = 'responseType responseMode ' + attempt;
