use clients::*;
use oauth2::{basic::BasicClient, reqwest, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse, TokenUrl};

fn main() -> Result<(), Fault> {
    // recipe
    let http = reqwest::blocking::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).build()?;
    let client = BasicClient::new(ClientId::new(told("CLIENT_ID")))
        .set_client_secret(ClientSecret::new(told("CLIENT_SECRET")))
        .set_auth_uri(AuthUrl::new(format!("{}authorize", issuer()))?)
        .set_token_uri(TokenUrl::new(format!("{}oauth/token", issuer()))?)
        .set_redirect_uri(RedirectUrl::new(told("CALLBACK"))?)
        .set_auth_type(AuthType::RequestBody);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client.authorize_url(CsrfToken::new_random).add_scope(Scope::new("openid offline_access".into())).set_pkce_challenge(challenge).url();
    let back = sign_in(url.as_str());
    let token = client.exchange_code(AuthorizationCode::new(parameter(&back, "code"))).set_pkce_verifier(verifier).request(&http)?;
    let renewed = client.exchange_refresh_token(token.refresh_token().ok_or("no refresh token")?).request(&http)?;
    let machine = client.exchange_client_credentials().add_extra_param("audience", told("AUDIENCE")).request(&http)?;
    // end
    assert!(parameter(&back, "state") == *state.secret() && !renewed.access_token().secret().is_empty() && !machine.access_token().secret().is_empty());
    done();
    Ok(())
}
