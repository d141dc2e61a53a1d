#include "crypto.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include <memory>

#include "ostia/text/base64url.hpp"

namespace ostia::sdk {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;
using Number = Handle<BIGNUM, BN_free>;

const unsigned char* bytes(const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); }

Number number(const json::Value& text) {
  const auto raw = text::base64url_decode(text.text());
  return Number(raw ? BN_bin2bn(bytes(*raw), static_cast<int>(raw->size()), nullptr) : nullptr);
}

Handle<EVP_PKEY, EVP_PKEY_free> to_key(const json::Value& jwk) {
  const Number n = number(jwk["n"]), e = number(jwk["e"]);
  const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (!n || !e || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > 16384 || BN_num_bits(e.get()) > 32)
    return nullptr;
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  return Handle<EVP_PKEY, EVP_PKEY_free>(key);
}

}  // namespace

std::string random_bytes(int count) {
  std::string out(static_cast<std::size_t>(count), '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), count) != 1) out.clear();
  return out;
}

std::string sha256(const std::string& in) {
  std::string out(32, '\0');
  if (EVP_Digest(in.data(), in.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, EVP_sha256(), nullptr) !=
      1)
    out.clear();
  return out;
}

bool verify_rs256(const json::Value& jwk, const std::string& input, const std::string& signature) {
  const auto key = to_key(jwk);
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) == 1;
}

}  // namespace ostia::sdk
