// Certificates of this server's TLS: how long they are good, and those of our own making.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ostia::authority {

/// A certificate for this server's TLS, and its private key.
struct TlsIdentity {
  std::string certificate, key;  ///< PEM; the certificate first, then its chain
};

/// From when until when, in seconds since 1970.
struct Validity {
  std::int64_t from, until;
};

/// Of the first certificate in `certificate`; nothing: there is none.
std::optional<Validity> validity_of(const std::string& certificate);
/// Why nobody could connect with it; empty: nothing is wrong.
std::string problem_of(const TlsIdentity& identity, std::int64_t now);

enum class CertificateNews { none, ends_soon, has_ended };
inline constexpr std::int64_t soon_for_certificate = 21 * 86'400;  ///< seconds
inline constexpr std::int64_t soon_for_authority = 90 * 86'400;
inline constexpr std::int64_t last_days_of_authority = 30 * 86'400;
/// What its operator is to be told, where the last `soon` seconds are soon.
CertificateNews news_of(Validity v, std::int64_t now, std::int64_t soon);

/// The authority of our own certificates. It can make certificates for the names that it was made with, and for no
/// others: who trusts it trusts this server under these names.
struct OwnAuthority {
  std::string certificate, key;  ///< PEM
};
OwnAuthority make_own_authority(const std::vector<std::string>& names);
bool is_good_authority(const OwnAuthority& authority);

/// Those of `names` that the authority may make certificates for.
std::vector<std::string> permitted_of(const OwnAuthority& authority, const std::vector<std::string>& names);

/// A certificate for `names` and this machine's own, that ends before its authority does. `kept_key` is used again, if
/// it is one.
TlsIdentity make_own_certificate(const OwnAuthority& authority, const std::vector<std::string>& names,
                                 const std::string& kept_key);
/// Whether a certificate was made by this program, and whether by that authority.
bool is_own_certificate(const std::string& certificate);
bool is_from(const OwnAuthority& authority, const std::string& certificate);
/// One of `names` that it is not for; empty: it is for all of them.
std::string missing_name(const std::string& certificate, const std::vector<std::string>& names);

/// A certificate of our own is renewed when two thirds of its time are over, or where its time has not begun.
bool is_due_for_renewal(Validity v, std::int64_t now);
/// Its authority has a successor in its last 30 days.
bool is_authority_at_its_end(Validity v, std::int64_t now);

}  // namespace ostia::authority
