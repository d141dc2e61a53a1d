// The certificate that is served: where it is kept, when it is made anew, and who is told of its end.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.hpp"
#include "http/server.hpp"

namespace ostia::authority {

/// Somebody's certificate is what their files say, read at the start and by `reload`. Our own is in the data folder
/// (`tls.pem`, its key, `ca.pem` and that one's key), and is renewed in time. Used by one thread at a time, but for the
/// numbers.
class ServedCertificate {
 public:
  /// Empty files: one of our own, for `names`.
  ServedCertificate(std::string data, std::string certificate_file, std::string key_file,
                    std::vector<std::string> names);

  /// For the program's start. Our own is made if it is not there.
  Result<TlsIdentity> load();
  /// The tenant's names are to be in it, too (`custom_domains`). They are at once, as far as its authority may make
  /// certificates for them; one that was made in this start, which nobody can trust yet, is made anew for them. The log
  /// says what is missing. Nothing happens where the certificate is somebody's own.
  void know(const std::vector<std::string>& names, Server& server);
  /// Whatever the files are now is served, if it is good; else what was served is kept. The log says which. Files that
  /// are no regular ones (a pipe, a device) or whose disk does not answer are not good.
  void reload(Server& server);
  /// From time to time: renews our own, and says in the log what is about to end, once a day.
  void look_after(Server& server);

  /// When it ends, in seconds since 1970; 0: there is none.
  [[nodiscard]] std::int64_t ends_at() const { return ends_at_; }
  [[nodiscard]] std::int64_t authority_ends_at() const { return authority_ends_at_; }
  [[nodiscard]] bool is_own() const { return is_own_; }

 private:
  using Time = std::chrono::steady_clock;
  struct Told {
    CertificateNews what = CertificateNews::none;
    std::optional<Time::time_point> at;
  };

  [[nodiscard]] Result<TlsIdentity> read() const;
  Result<bool> renew_if_due();
  Status keep(const OwnAuthority& authority, const TlsIdentity& identity, bool is_new_authority) const;
  void note(const TlsIdentity& identity);
  bool is_to_be_told(Told& told, CertificateNews news);
  void tell();
  [[nodiscard]] std::vector<std::string> all_names() const;
  void tell_of_missing_name(const std::string& certificate) const;

  std::string data_, certificate_file_, key_file_, authority_file_, authority_key_file_;
  std::vector<std::string> names_;          // of this server
  std::vector<std::string> tenants_names_;  // what else it is called
  bool is_own_;
  bool is_authority_new_ = false;  // since this start
  Told told_, told_of_authority_;
  std::atomic<std::int64_t> ends_at_ = 0, authority_ends_at_ = 0;
};

}  // namespace ostia::authority
