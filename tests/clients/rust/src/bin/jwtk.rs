use clients::*;
use jwtk::jwk::RemoteJwksVerifier;
use std::time::Duration;

fn main() -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // recipe
    let keys = RemoteJwksVerifier::new(jwks(), None, Duration::from_secs(300));
    let (issuer, audience) = (issuer(), told("AUDIENCE"));
    verifies(|token| {
        let verified = runtime.block_on(keys.verify::<serde_json::Value>(token))?;
        let claims = verified.claims();
        let is_for_us = claims.iss.as_deref() == Some(issuer.as_str()) && claims.aud.iter().any(|a| *a == audience);
        is_for_us.then_some(()).ok_or_else(|| "for another API".into())
    });
    // end
    done();
    Ok(())
}
