use clients::*;
use openidconnect::core::{CoreClient, CoreProviderMetadata, CoreResponseType, CoreUserInfoClaims};
use openidconnect::{reqwest, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse};

fn main() -> Result<(), Fault> {
    // recipe
    let http = reqwest::blocking::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).build()?;
    let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(issuer())?, &http)?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(told("CLIENT_ID")), Some(ClientSecret::new(told("CLIENT_SECRET"))))
        .set_redirect_uri(RedirectUrl::new(told("CALLBACK"))?)
        .set_auth_type(AuthType::RequestBody);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, _, nonce) = client
        .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".into())).set_pkce_challenge(challenge).url();
    let tokens = client.exchange_code(AuthorizationCode::new(parameter(&sign_in(url.as_str()), "code")))?.set_pkce_verifier(verifier).request(&http)?;
    let claims = tokens.id_token().ok_or("no ID token")?.claims(&client.id_token_verifier(), &nonce)?;
    let user: CoreUserInfoClaims = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?.request(&http)?;
    // end
    assert_eq!(user.email().unwrap().as_str(), told("EMAIL"));
    done();
    Ok(())
}
