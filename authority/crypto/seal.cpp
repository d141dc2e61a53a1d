#include <sodium.h>

#include "crypto/crypto.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

std::string derive_key(std::string_view key, std::string_view purpose) {
  std::string out(crypto_aead_xchacha20poly1305_ietf_KEYBYTES, '\0');
  crypto_generichash(bytes(out), out.size(), bytes(purpose), purpose.size(), bytes(key), key.size());
  return out;
}

Sealer::Sealer(std::string_view key, std::string_view purpose) : key_(derive_key(key, purpose)) {}

std::string Sealer::seal(std::string_view plain, std::string_view about) const {
  std::string out = random_bytes(nonce_size);
  out.resize(nonce_size + plain.size() + tag_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(out) + nonce_size, nullptr, bytes(plain), plain.size(), bytes(about),
                                             about.size(), nullptr, bytes(out), bytes(key_));
  return text::base64url_encode(out);
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view about) const {
  const auto in = text::base64url_decode(sealed);
  if (!in || in->size() < nonce_size + tag_size) return std::nullopt;
  std::string plain(in->size() - nonce_size - tag_size, '\0');
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), nullptr, nullptr, bytes(*in) + nonce_size,
                                                                in->size() - nonce_size, bytes(about), about.size(),
                                                                bytes(*in), bytes(key_));
  return failed ? std::nullopt : std::optional(std::move(plain));
}

std::string Marker::mark(std::string_view text) const {
  std::string out(crypto_generichash_BYTES, '\0');
  crypto_generichash(bytes(out), out.size(), bytes(text), text.size(), bytes(key_), key_.size());
  return text::base64url_encode(out);
}

}  // namespace ostia::authority
