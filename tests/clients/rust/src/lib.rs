//! What the programs in this folder share: what they are told, and how they ask for a person at a browser.
use std::error::Error;
use std::io::stdin;

pub type Fault = Box<dyn Error>;

pub fn told(name: &str) -> String {
    std::env::var(name).unwrap()
}

pub fn issuer() -> String {
    told("ISSUER")
}

pub fn jwks() -> String {
    format!("{}.well-known/jwks.json", issuer())
}

/// A person signs in at this address; where the authority leads then.
pub fn sign_in(url: &str) -> reqwest::Url {
    println!("@open {url}");
    let mut answer = String::new();
    stdin().read_line(&mut answer).unwrap();
    reqwest::Url::parse(answer.trim()).unwrap_or_else(|_| panic!("{answer}"))
}

pub fn parameter(back: &reqwest::Url, name: &str) -> String {
    back.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned()).unwrap()
}

pub fn done() {
    println!("@done");
}

/// `verify` takes this API's tokens, and none of the others.
pub fn verifies(verify: impl Fn(&str) -> Result<(), Fault>) {
    for name in ["USER_TOKEN", "MACHINE_TOKEN"] {
        if let Err(error) = verify(&told(name)) {
            panic!("{name} is refused: {error}");
        }
    }
    for name in ["OTHER_TOKEN", "ID_TOKEN", "TAMPERED_TOKEN"] {
        assert!(verify(&told(name)).is_err(), "{name} is refused");
    }
}
