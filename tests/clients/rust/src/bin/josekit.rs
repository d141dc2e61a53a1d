use clients::*;
use josekit::{jwk::JwkSet, jws::{JwsVerifier, RS256}, jwt::{self, JwtPayloadValidator}};
use std::time::SystemTime;

fn main() -> Result<(), Fault> {
    // recipe
    let keys = JwkSet::from_bytes(reqwest::blocking::get(jwks())?.bytes()?)?;
    let mut rules = JwtPayloadValidator::new();
    rules.set_base_time(SystemTime::now());
    rules.set_issuer(issuer());
    rules.set_audience(told("AUDIENCE"));
    verifies(|token| {
        let (payload, _) = jwt::decode_with_verifier_in_jwk_set(token, &keys, |key| {
            Ok(Some(Box::leak(Box::new(RS256.verifier_from_jwk(key)?)) as &dyn JwsVerifier))
        })?;
        Ok(rules.validate(&payload)?)
    });
    // end
    done();
    Ok(())
}
