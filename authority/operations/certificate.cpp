#include "operations/certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <thread>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "state/data.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day = 86'400;  // seconds

Error unreadable(const std::string& file, const std::string& why) {
  return invalid_option("cannot read " + file + ": " + why);
}

// A pipe or a device in a file's place would be waited for, maybe for ever: it is not opened for that (O_NONBLOCK), and
// what was opened is what is looked at.
Result<std::string> read_regular(const std::string& file, bool may_be_missing) {
  const int opened = open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (opened < 0) {
    if (errno == ENOENT && may_be_missing) return std::string();
    return unreadable(file, std::strerror(errno));
  }
  struct stat is{};
  std::string text;
  char buffer[16384];
  const bool is_regular = fstat(opened, &is) == 0 && S_ISREG(is.st_mode);
  ssize_t count = is_regular ? read(opened, buffer, sizeof buffer) : 0;
  for (; count > 0; count = read(opened, buffer, sizeof buffer)) text.append(buffer, static_cast<std::size_t>(count));
  const int error = errno;
  close(opened);
  if (!is_regular) return unreadable(file, "it is not a regular file");
  if (count < 0) return unreadable(file, std::strerror(error));
  return text;
}

// A disk of the network may be silent: its thread is left alone then, which has nothing but the name.
Result<std::string> read_in_time(const std::string& file, bool may_be_missing = false) {
  constexpr auto patience = std::chrono::seconds(5);
  std::packaged_task<Result<std::string>()> task([=] { return read_regular(file, may_be_missing); });
  auto text = task.get_future();
  std::thread(std::move(task)).detach();
  if (text.wait_for(patience) != std::future_status::ready) return unreadable(file, "its disk does not answer");
  return text.get();
}

// Empty where there is none yet. One that is there and cannot be read is no reason to make another.
Result<std::string> read_if_there(const std::string& file) { return read_in_time(file, true); }

std::string text_of(const std::string& file) {
  auto text = read_in_time(file);
  return text ? *std::move(text) : std::string();
}

// For sentences: days that are left, or that have gone.
std::string days_of(std::int64_t seconds) { return std::to_string(std::abs(seconds) / day) + " days"; }

}  // namespace

ServedCertificate::ServedCertificate(std::string data, std::string certificate_file, std::string key_file,
                                     std::vector<std::string> names)
    : data_(std::move(data)),
      certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      authority_file_(data_ + "/ca.pem"),
      authority_key_file_(data_ + "/ca-key.pem"),
      names_(std::move(names)),
      is_own_(certificate_file_.empty()) {
  if (!is_own_) return;
  certificate_file_ = data_ + "/tls.pem";
  key_file_ = data_ + "/tls-key.pem";
}

Result<TlsIdentity> ServedCertificate::read() const {
  auto certificate = read_in_time(certificate_file_);
  if (!certificate) return std::move(certificate).error();
  auto key = read_in_time(key_file_);
  if (!key) return std::move(key).error();
  return TlsIdentity{*std::move(certificate), *std::move(key)};
}

// In an order in which each step that is the last one leaves something that the next start makes whole.
Status ServedCertificate::keep(const OwnAuthority& authority, const TlsIdentity& identity,
                               bool is_new_authority) const {
  if (is_new_authority) {
    if (auto kept = write_private_file(authority_key_file_, authority.key); !kept) return kept;
    if (auto kept = write_private_file(authority_file_, authority.certificate); !kept) return kept;
    std::error_code ec;
    fs::permissions(authority_file_,
                    fs::perms::owner_write | fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read,
                    ec);
  }
  if (identity.key != text_of(key_file_))
    if (auto kept = write_private_file(key_file_, identity.key); !kept) return kept;
  return write_private_file(certificate_file_, identity.certificate);
}

// Whether there is a new one now. The authority stays the same as long as it can, so that its clients need not know.
Result<bool> ServedCertificate::renew_if_due() {
  const std::int64_t now = Clock::real();
  const std::string* files[] = {&certificate_file_, &key_file_, &authority_file_, &authority_key_file_};
  std::vector<std::string> texts;
  for (const auto* file : files) {
    auto text = read_if_there(*file);
    if (!text) return std::move(text).error();
    texts.push_back(*std::move(text));
  }
  const TlsIdentity identity{texts[0], texts[1]};
  OwnAuthority authority{texts[2], texts[3]};
  const auto validity = validity_of(identity.certificate), of_authority = validity_of(authority.certificate);
  const std::string problem = problem_of(identity, now);
  if (validity && !is_own_certificate(identity.certificate)) return false;  // somebody has put it there
  const bool is_whole = validity && of_authority && (problem.empty() || validity->until <= now || validity->from > now);
  const bool can_renew = of_authority && is_good_authority(authority) && !is_authority_at_its_end(*of_authority, now);
  const bool is_from_it = is_whole && is_from(authority, identity.certificate);
  const auto names = can_renew ? permitted_of(authority, all_names()) : std::vector<std::string>();
  const bool has_names = can_renew && is_whole && missing_name(identity.certificate, names).empty();
  if (is_from_it && can_renew && has_names && !is_due_for_renewal(*validity, now)) return false;
  // The authority of a folder from before has no key here: it goes as far as it can.
  if (is_from_it && !can_renew && !is_authority_at_its_end(*validity, now)) return false;
  const bool is_first = !of_authority && identity.certificate.empty();
  if (!can_renew) authority = make_own_authority(all_names());
  const TlsIdentity made = make_own_certificate(authority, can_renew ? names : all_names(), identity.key);
  if (auto kept = keep(authority, made, !can_renew); !kept) return std::move(kept).error();
  is_authority_new_ = is_first;
  if (!can_renew && !is_first)
    log_event(
        "warning", "certificate_authority_renewed",
        {{"file", authority_file_},
         {"what", "the authority of the server's own certificate is a new one: clients have to trust this file"}});
  if (!is_first)
    log_event("info", "certificate_renewed",
              {{"file", certificate_file_}, {"ends_at", validity_of(made.certificate)->until}});
  return true;
}

void ServedCertificate::note(const TlsIdentity& identity) {
  const auto validity = validity_of(identity.certificate);
  ends_at_ = validity ? validity->until : 0;
  const auto of_authority = is_own_ ? validity_of(text_of(authority_file_)) : std::nullopt;
  authority_ends_at_ = of_authority ? of_authority->until : 0;
}

Result<TlsIdentity> ServedCertificate::load() {
  if (is_own_)
    if (auto renewed = renew_if_due(); !renewed) return std::move(renewed).error();
  auto identity = read();
  if (!identity) return identity;
  note(*identity);
  if (is_own_) tell_of_missing_name(identity->certificate);
  return identity;
}

std::vector<std::string> ServedCertificate::all_names() const {
  std::vector<std::string> out = names_;
  out.insert(out.end(), tenants_names_.begin(), tenants_names_.end());
  return out;
}

void ServedCertificate::tell_of_missing_name(const std::string& certificate) const {
  const std::string name = missing_name(certificate, all_names());
  if (name.empty()) return;
  log_event("warning", "certificate_lacks_name",
            {{"file", certificate_file_},
             {"name", name},
             {"what",
              "the authority of the server's own certificate was made for other names; remove ca.pem and restart, and "
              "clients have to trust the new one"}});
}

void ServedCertificate::know(const std::vector<std::string>& names, Server& server) {
  if (!is_own_ || names == tenants_names_) return;
  tenants_names_ = names;
  const OwnAuthority authority{text_of(authority_file_), text_of(authority_key_file_)};
  const bool is_limited =
      is_good_authority(authority) && permitted_of(authority, all_names()).size() < all_names().size();
  std::error_code ec;
  if (is_limited && is_authority_new_) fs::remove(authority_file_, ec);
  const auto renewed = renew_if_due();
  if (!renewed) return log_event("error", "certificate_not_renewed", {{"what", renewed.error().description}});
  if (*renewed) reload(server);
  tell_of_missing_name(text_of(certificate_file_));
}

void ServedCertificate::reload(Server& server) {
  const auto refused = [&](const std::string& why) {
    log_event("error", "certificate_kept",
              {{"file", certificate_file_},
               {"key", key_file_},
               {"what", "the certificate that was served before is still served: " + why}});
  };
  if (is_own_)
    if (auto renewed = renew_if_due(); !renewed) return refused(renewed.error().description);
  const auto identity = read();
  if (!identity) return refused(identity.error().description);
  if (const std::string problem = problem_of(*identity, Clock::real()); !problem.empty()) return refused(problem);
  if (const auto used = server.use_certificate(*identity); !used) return refused(used.error().description);
  note(*identity);
  told_ = told_of_authority_ = {};
  log_event("info", "certificate_loaded", {{"file", certificate_file_}, {"ends_at", ends_at_.load()}});
}

void ServedCertificate::look_after(Server& server) {
  if (is_own_) {
    const auto renewed = renew_if_due();
    if (!renewed) log_event("error", "certificate_not_renewed", {{"what", renewed.error().description}});
    if (renewed && *renewed) reload(server);
  }
  tell();
}

bool ServedCertificate::is_to_be_told(Told& told, CertificateNews news) {
  const auto now = Time::now();
  const bool is_old = told.what == news && told.at && now - *told.at < std::chrono::hours(24);
  if (is_old || news == CertificateNews::none) return false;
  told = {news, now};
  return true;
}

void ServedCertificate::tell() {
  const std::int64_t now = Clock::real(), left = ends_at_ - now;
  const char* remedy = is_own_ ? "it could not be renewed, and the log says why" : "renew it, and send SIGHUP";
  const auto news = news_of({0, ends_at_}, now, soon_for_certificate);
  if (is_to_be_told(told_, news))
    log_event(news == CertificateNews::has_ended ? "error" : "warning",
              news == CertificateNews::has_ended ? "certificate_has_ended" : "certificate_ends_soon",
              {{"file", certificate_file_},
               {"ends_at", ends_at_.load()},
               {"what", (news == CertificateNews::has_ended ? "clients refuse it: it ended " + days_of(left) + " ago; "
                                                            : "it ends in " + days_of(left) + "; ") +
                            remedy}});
  if (authority_ends_at_ == 0) return;
  const auto of_authority = news_of({0, authority_ends_at_}, now, soon_for_authority);
  if (is_to_be_told(told_of_authority_, of_authority))
    log_event("warning", "certificate_authority_ends_soon",
              {{"file", authority_file_},
               {"ends_at", authority_ends_at_.load()},
               {"what", "the authority of the server's own certificate ends in " + days_of(authority_ends_at_ - now) +
                            ". A new one takes its place 30 days before, and clients have to trust that then: remove "
                            "ca.pem and restart when it suits you, or use a certificate that all trust (--tls-cert)"}});
}

}  // namespace ostia::authority
