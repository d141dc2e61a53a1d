#include "mfa/webauthn.hpp"

#include <cbor.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <algorithm>
#include <memory>

#include "crypto/crypto.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority::webauthn {
namespace {

using json::Value;

constexpr int algorithms[] = {COSE_ES256, COSE_EDDSA, COSE_RS256};
constexpr std::int64_t timeout = 300'000;  // milliseconds
constexpr std::size_t hash_size = 32;

struct Free {
  void operator()(fido_cred_t* p) const { fido_cred_free(&p); }
  void operator()(fido_assert_t* p) const { fido_assert_free(&p); }
  void operator()(es256_pk_t* p) const { es256_pk_free(&p); }
  void operator()(eddsa_pk_t* p) const { eddsa_pk_free(&p); }
  void operator()(rs256_pk_t* p) const { rs256_pk_free(&p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error refused(std::string what, std::string reason) {
  return {"access_denied", std::move(what), "webauthn_" + reason, 403, Fault::caller};
}

const unsigned char* bytes(const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); }
std::string text_of(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), data ? size : 0};
}

Value descriptors(const std::vector<std::string>& ids) {
  Value out = Value::array();
  for (const auto& id : ids) out.push_back(Value::object({{"type", "public-key"}, {"id", id}}));
  return out;
}

struct FreeItem {
  void operator()(cbor_item_t* p) const { cbor_decref(&p); }
};

// The authenticator's data in an attestation object (section 6.5.4), as a device gives it that no browser is around.
// Empty: it has none.
std::string data_in_attestation(const std::string& object) {
  cbor_load_result result{};
  const std::unique_ptr<cbor_item_t, FreeItem> map(cbor_load(bytes(object), object.size(), &result));
  if (!map || result.error.code != CBOR_ERR_NONE || result.read != object.size() || !cbor_isa_map(map.get())) return {};
  const cbor_pair* pairs = cbor_map_handle(map.get());
  for (std::size_t i = 0; i < cbor_map_size(map.get()); ++i) {
    const auto [key, value] = pairs[i];
    const bool is_text = cbor_isa_string(key) && cbor_string_is_definite(key);
    const bool is_bytes = cbor_isa_bytestring(value) && cbor_bytestring_is_definite(value);
    if (is_text && is_bytes && text_of(cbor_string_handle(key), cbor_string_length(key)) == "authData")
      return text_of(cbor_bytestring_handle(value), cbor_bytestring_length(value));
  }
  return {};
}

struct Answer {
  std::string client_data, authenticator_data, signature;
};

Result<Answer> read(const Value& answer, const Ceremony& ceremony, const char* type) {
  const auto part = [&](const char* name) {
    return text::base64url_decode(answer["response"][name].text()).value_or("");
  };
  Answer out{part("clientDataJSON"), part("authenticatorData"), part("signature")};
  if (out.authenticator_data.empty()) out.authenticator_data = data_in_attestation(part("attestationObject"));
  const auto client = json::parse(out.client_data, 8);
  if (!client || !client->is_object() || out.authenticator_data.size() <= hash_size)
    return refused("the device's answer is malformed", "malformed");
  // Level 2, sections 7.1 and 7.2: of this ceremony, at this place.
  if ((*client)["type"] != Value(type)) return refused("the answer is to another question", "type");
  if (!equal_in_constant_time((*client)["challenge"].text(), ceremony.challenge))
    return refused("the answer is to another challenge", "challenge");
  const std::string& origin = (*client)["origin"].text();
  const auto& origins = ceremony.origins;
  if (std::find(origins.begin(), origins.end(), origin) == origins.end() || (*client)["crossOrigin"].as_bool())
    return refused("the answer was given at another origin", "origin");
  if (out.authenticator_data.substr(0, hash_size) != sha256(ceremony.rp_id))
    return refused("the key is for another place", "rp_id");
  return out;
}

Status check_flags(const Ceremony& ceremony, unsigned flags) {
  constexpr unsigned user_present = 1, user_verified = 4;
  if ((flags & user_present) == 0) return refused("nobody touched the device", "presence");
  if (ceremony.verifies_user && (flags & user_verified) == 0)
    return refused("the device did not verify who is there", "verification");
  return ok();
}

// libfido2 wants an authenticator's data as it stands in CBOR: with the head of a byte string.
std::string as_cbor(const std::string& data) {
  const auto size = data.size();
  std::string head = size < 24    ? std::string{static_cast<char>(0x40 + size)}
                     : size < 256 ? std::string{'\x58', static_cast<char>(size)}
                                  : std::string{'\x59', static_cast<char>(size >> 8U), static_cast<char>(size & 255U)};
  return head + data;
}

int verify(const fido_assert_t* assertion, int algorithm, const std::string& key) {
  if (algorithm == COSE_ES256) {
    const Owned<es256_pk_t> pk(es256_pk_new());
    return es256_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK
               ? fido_assert_verify(assertion, 0, algorithm, pk.get())
               : FIDO_ERR_INVALID_ARGUMENT;
  }
  if (algorithm == COSE_EDDSA) {
    const Owned<eddsa_pk_t> pk(eddsa_pk_new());
    return eddsa_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK
               ? fido_assert_verify(assertion, 0, algorithm, pk.get())
               : FIDO_ERR_INVALID_ARGUMENT;
  }
  const Owned<rs256_pk_t> pk(rs256_pk_new());
  return algorithm == COSE_RS256 && rs256_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK
             ? fido_assert_verify(assertion, 0, algorithm, pk.get())
             : FIDO_ERR_INVALID_ARGUMENT;
}

}  // namespace

Value creation_options(const Ceremony& ceremony, const NewKey& key, const std::vector<std::string>& known) {
  Value parameters = Value::array();
  for (const int algorithm : algorithms)
    parameters.push_back(Value::object({{"type", "public-key"}, {"alg", algorithm}}));
  return Value::object(
      {{"challenge", ceremony.challenge},
       {"rp", Value::object({{"id", ceremony.rp_id}, {"name", key.tenant}})},
       {"user", Value::object({{"id", key.user_handle}, {"name", key.name}, {"displayName", key.display_name}})},
       {"pubKeyCredParams", std::move(parameters)},
       {"timeout", timeout},
       {"attestation", "none"},
       {"excludeCredentials", descriptors(known)},
       {"authenticatorSelection",
        Value::object({{"authenticatorAttachment", key.is_platform ? "platform" : "cross-platform"},
                       {"residentKey", key.is_discoverable ? "required" : "discouraged"},
                       {"requireResidentKey", key.is_discoverable},
                       {"userVerification", ceremony.verifies_user ? "required" : "discouraged"}})}});
}

Value request_options(const Ceremony& ceremony, const std::vector<std::string>& allowed, bool prefers_verification) {
  const char* verification = ceremony.verifies_user ? "required" : prefers_verification ? "preferred" : "discouraged";
  return Value::object({{"challenge", ceremony.challenge},
                        {"rpId", ceremony.rp_id},
                        {"timeout", timeout},
                        {"allowCredentials", descriptors(allowed)},
                        {"userVerification", verification}});
}

Result<Value> check_creation(const Ceremony& ceremony, const Value& answer) {
  const auto read_answer = read(answer, ceremony, "webauthn.create");
  if (!read_answer) return read_answer.error();
  for (const int algorithm : algorithms) {
    const Owned<fido_cred_t> credential(fido_cred_new());
    const std::string& data = read_answer->authenticator_data;
    if (fido_cred_set_type(credential.get(), algorithm) != FIDO_OK ||
        fido_cred_set_authdata_raw(credential.get(), bytes(data), data.size()) != FIDO_OK)
      continue;  // a key of another algorithm
    if (auto checked = check_flags(ceremony, fido_cred_flags(credential.get())); !checked)
      return std::move(checked).error();
    const std::string id = text_of(fido_cred_id_ptr(credential.get()), fido_cred_id_len(credential.get())),
                      key = text_of(fido_cred_pubkey_ptr(credential.get()), fido_cred_pubkey_len(credential.get()));
    if (id.empty() || key.empty()) break;
    return Value::object({{"credential", text::base64url_encode(id)},
                          {"public_key", text::base64url_encode(key)},
                          {"algorithm", algorithm},
                          {"counter", static_cast<std::int64_t>(fido_cred_sigcount(credential.get()))}});
  }
  return refused("the device's key cannot be read", "key");
}

Result<std::int64_t> check_assertion(const Ceremony& ceremony, const Value& answer, const Value& kept) {
  const auto read_answer = read(answer, ceremony, "webauthn.get");
  if (!read_answer) return read_answer.error();
  if (answer["id"] != kept["credential"]) return refused("the answer is by another key", "key");
  const Owned<fido_assert_t> assertion(fido_assert_new());
  fido_assert_t* one = assertion.get();
  const std::string data = as_cbor(read_answer->authenticator_data), hash = sha256(read_answer->client_data);
  const std::string& signature = read_answer->signature;
  const std::string key = text::base64url_decode(kept["public_key"].text()).value_or("");
  const bool is_read = fido_assert_set_rp(one, ceremony.rp_id.c_str()) == FIDO_OK &&
                       fido_assert_set_clientdata_hash(one, bytes(hash), hash.size()) == FIDO_OK &&
                       fido_assert_set_count(one, 1) == FIDO_OK &&
                       fido_assert_set_authdata(one, 0, bytes(data), data.size()) == FIDO_OK &&
                       fido_assert_set_sig(one, 0, bytes(signature), signature.size()) == FIDO_OK;
  if (!is_read || verify(one, static_cast<int>(kept["algorithm"].as_int().value_or(0)), key) != FIDO_OK)
    return refused("the device's signature is wrong", "signature");
  if (auto checked = check_flags(ceremony, fido_assert_flags(one, 0)); !checked) return std::move(checked).error();
  return static_cast<std::int64_t>(fido_assert_sigcount(one, 0));
}

}  // namespace ostia::authority::webauthn
