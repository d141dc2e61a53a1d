#include "protocol/dpop.hpp"

#include <algorithm>

#include "ostia/jose/algorithms.hpp"
#include "ostia/oidc/numeric_date.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::protocol {
namespace {

using json::Value;

struct Rule {
  bool (*holds)(const PresentedProof&, std::int64_t now);
  ProofRefusal refusal;
};

constexpr std::string_view bad = "invalid_dpop_proof";

bool is_known_algorithm(const PresentedProof& p, std::int64_t) {
  const auto known = proof_algorithms();
  return p.header["alg"].is_string() && std::find(known.begin(), known.end(), p.header["alg"].text()) != known.end();
}

bool has_public_key(const PresentedProof& p, std::int64_t) {
  const Value& key = p.header["jwk"];
  return key.is_object() && jose::is_public(key) && jose::is_fit(key, key_algorithm(p.header["alg"].text()));
}

bool is_recent(const PresentedProof& p, std::int64_t now) {
  const auto made = oidc::time_of(p.claims["iat"], oidc::Whole::before);
  return made && now - *made <= proof_lifetime && *made - now <= proof_ahead;
}

constexpr Rule rules[] = {
    // AZ-641 · RFC 9449 section 4.3
    {[](const PresentedProof& p, std::int64_t) { return p.header.is_object() && p.claims.is_object(); },
     {400, bad, "The DPoP header must be one JWT", "dpop_malformed"}},
    {[](const PresentedProof& p, std::int64_t) { return p.header["typ"].is("dpop+jwt"); },
     {400, bad, "The DPoP proof must have the typ dpop+jwt", "dpop_malformed"}},
    {is_known_algorithm,
     {400, bad, "The DPoP proof is signed by an algorithm that is not supported", "dpop_malformed"}},
    {has_public_key,
     {400, bad, "The jwk of the DPoP proof must be a public key for its alg, and nothing else", "dpop_malformed"}},
    {[](const PresentedProof& p, std::int64_t) { return p.is_signed; },
     {400, bad, "The DPoP proof is not signed by the key in its jwk", "dpop_signature_wrong"}},
    {[](const PresentedProof& p, std::int64_t) {
       return p.claims["jti"].is_string() && !p.claims["jti"].text().empty();
     },
     {400, bad, "The DPoP proof must have a jti", "dpop_malformed"}},
    {[](const PresentedProof& p, std::int64_t) {
       return p.claims["htm"].is_string() && p.claims["htm"].text() == p.method;
     },
     {400, bad, "The htm of the DPoP proof must be the request's method", "dpop_mismatch"}},
    {[](const PresentedProof& p, std::int64_t) {
       return p.claims["htu"].is_string() && !p.url.empty() && normal_url(p.claims["htu"].text()) == p.url;
     },
     {400, bad, "The htu of the DPoP proof must be the request's URL, without query and fragment", "dpop_mismatch"}},
    // AZ-641 · RFC 9449 section 7.1
    {[](const PresentedProof& p, std::int64_t) {
       return p.token_hash.empty() || (p.claims["ath"].is_string() && p.claims["ath"].text() == p.token_hash);
     },
     {400, bad, "The ath of the DPoP proof must be the hash of the access token", "dpop_mismatch"}},
    // AZ-641 · RFC 9449 section 11.1
    {is_recent, {400, bad, "The iat of the DPoP proof must be now: is the client's clock right?", "dpop_time_wrong"}},
    // AZ-643 · RFC 9449 section 8
    {[](const PresentedProof& p, std::int64_t) {
       return p.nonce == Nonce::fresh || (p.nonce == Nonce::none && !p.wants_nonce);
     },
     {400, "use_dpop_nonce", "The DPoP proof must have the nonce that the DPoP-Nonce header says",
      "dpop_nonce_needed"}},
};

// RFC 3986 section 6.2.2.1: the digits of an escape in upper case.
std::string with_upper_escapes(std::string_view path) {
  std::string out(path);
  for (std::size_t i = 0; i + 2 < out.size(); ++i)
    if (out[i] == '%')
      for (const std::size_t digit : {i + 1, i + 2}) out[digit] = text::to_upper(out[digit]);
  return out;
}

}  // namespace

std::span<const std::string_view> proof_algorithms() {
  static constexpr std::string_view names[] = {"ES256", "ES384", "PS256", "RS256", "EdDSA", "Ed25519"};
  return names;
}

std::string_view key_algorithm(std::string_view algorithm) { return algorithm == "Ed25519" ? "EdDSA" : algorithm; }

std::optional<ProofRefusal> judge_proof(const PresentedProof& proof, std::int64_t now) {
  for (const auto& rule : rules)
    if (!rule.holds(proof, now)) return rule.refusal;
  return {};
}

std::string normal_url(std::string_view url) {
  const auto parts = url::parse(url);
  if (!parts || !parts->has_authority || parts->has_userinfo || parts->host.empty()) return {};
  const std::string scheme = text::lower(parts->scheme);
  if (scheme != "https" && scheme != "http") return {};
  std::string out = scheme + "://" + text::lower(parts->host);
  if (!parts->port.empty() && parts->port != (scheme == "https" ? "443" : "80")) out.append(":").append(parts->port);
  return out + (parts->path.empty() ? "/" : with_upper_escapes(parts->path));
}

// AZ-644 · RFC 9449 section 5.2
bool is_enough(const Possession& p) {
  if (p.api_wants_key && !p.has_key) return false;
  if (p.api_wants_certificate && !p.has_certificate) return false;
  return !p.client_wants_any || p.has_key || p.has_certificate;
}

}  // namespace ostia::authority::protocol
