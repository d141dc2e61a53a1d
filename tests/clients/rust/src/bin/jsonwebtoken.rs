use clients::*;
use jsonwebtoken::{decode, decode_header, jwk::JwkSet, Algorithm, DecodingKey, Validation};

fn main() -> Result<(), Fault> {
    // recipe
    let keys: JwkSet = reqwest::blocking::get(jwks())?.json()?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[issuer()]);
    rules.set_audience(&[told("AUDIENCE")]);
    verifies(|token| {
        let key = keys.find(&decode_header(token)?.kid.unwrap_or_default()).ok_or("no such key")?;
        decode::<serde_json::Value>(token, &DecodingKey::from_jwk(key)?, &rules)?;
        Ok(())
    });
    // end
    done();
    Ok(())
}
