/** The version of auth0-js whose API this is. */
export const version = { raw: '10.2.1' };
