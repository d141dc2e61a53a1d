// Time-based one-time passwords (RFC 6238) as authenticator applications have them: SHA-1, six digits, thirty seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ostia::authority {

/// 20 random bytes in base 32, without padding.
std::string make_totp_secret();
/// A secret that somebody else has made, as it is kept: base 32 in capitals, without blanks and padding. Nothing if it
/// is none, or has less than 80 bits (RFC 4226 section 4 asks for 128, and many have 80).
std::optional<std::string> canonical_totp_secret(std::string_view text);
/// The time step that `code` is of: that of `now` (seconds since 1970), or its neighbours. Nothing if it is of none.
std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view code, std::int64_t now);
/// What a QR code says to an authenticator application: the tenant's name, or if it has none the host of `issuer`, and
/// the account's.
std::string totp_uri(const std::string& tenant, const std::string& issuer, const std::string& account,
                     const std::string& secret);

}  // namespace ostia::authority
