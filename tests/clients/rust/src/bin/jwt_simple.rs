use clients::*;
use jwt_simple::prelude::*;
use jwt_simple::reexports::ct_codecs::{Base64UrlSafeNoPadding, Decoder};
use std::collections::HashSet;

fn main() -> Result<(), Fault> {
    // recipe
    let keys: serde_json::Value = reqwest::blocking::get(jwks())?.json()?;
    let part = |name: &str| Base64UrlSafeNoPadding::decode_to_vec(keys["keys"][0][name].as_str().unwrap(), None).unwrap();
    let key = RS256PublicKey::from_components(&part("n"), &part("e"))?;
    let rules = VerificationOptions {
        allowed_issuers: Some(HashSet::from([issuer()])),
        allowed_audiences: Some(HashSet::from([told("AUDIENCE")])),
        ..Default::default()
    };
    verifies(|token| {
        key.verify_token::<NoCustomClaims>(token, Some(rules.clone()))?;
        Ok(())
    });
    // end
    done();
    Ok(())
}
