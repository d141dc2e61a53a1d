use alcoholic_jwt::{token_kid, validate, Validation, JWKS};
use clients::*;

fn main() -> Result<(), Fault> {
    // recipe
    let keys: JWKS = reqwest::blocking::get(jwks())?.json()?;
    verifies(|token| {
        let kid = token_kid(token).map_err(|e| format!("{e:?}"))?.ok_or("no kid")?;
        let key = keys.find(&kid).ok_or("no such key")?;
        let rules = vec![Validation::Issuer(issuer()), Validation::SubjectPresent, Validation::NotExpired];
        let jwt = validate(token, key, rules).map_err(|e| format!("{e:?}"))?;
        let for_us = match &jwt.claims["aud"] {
            serde_json::Value::Array(all) => all.iter().any(|a| *a == told("AUDIENCE")),
            one => *one == told("AUDIENCE"),
        };
        for_us.then_some(()).ok_or_else(|| "for another API".into())
    });
    // end
    done();
    Ok(())
}
