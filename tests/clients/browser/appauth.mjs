import { AuthorizationNotifier, AuthorizationRequest, AuthorizationServiceConfiguration, BaseTokenRequestHandler, BasicQueryStringUtils, FetchRequestor, LocalStorageBackend, RedirectRequestHandler, TokenRequest } from '@openid/appauth';
import { APP, CLIENT_ID, done, expect, hasAnswer, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  class Query extends BasicQueryStringUtils {
    parse(input) { return super.parse(input, false); }
  }
  const requestor = new FetchRequestor(), handler = new RedirectRequestHandler(new LocalStorageBackend(), new Query(), window.location), notifier = new AuthorizationNotifier();
  const configuration = await AuthorizationServiceConfiguration.fetchFromIssuer(ISSUER.replace(/\/$/, ''), requestor);
  handler.setAuthorizationNotifier(notifier);
  if (!hasAnswer()) return handler.performAuthorizationRequest(configuration, new AuthorizationRequest({ client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, scope: 'openid', response_type: AuthorizationRequest.RESPONSE_TYPE_CODE }));
  const answered = new Promise((resolve) => notifier.setAuthorizationListener((request, response) => resolve({ request, response })));
  await handler.completeAuthorizationRequestIfPossible();
  const { request, response } = await answered;
  const tokens = await new BaseTokenRequestHandler(requestor).performTokenRequest(configuration, new TokenRequest({ client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, grant_type: 'authorization_code', code: response.code, extras: { code_verifier: request.internal.code_verifier } }));
  // end
  expect(tokens.idToken, 'an ID token');
  done();
});
