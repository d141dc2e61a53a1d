#include <sys/stat.h>

#include <filesystem>

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"
#include "doctor/doctor.hpp"
#include "operations/proxy_notes.hpp"
#include "state/data.hpp"

namespace ostia::authority::doctor {
namespace {

namespace fs = std::filesystem;

// Whether nobody else may do with it what `bits` say.
bool withholds(const std::string& path, mode_t bits) {
  struct stat about{};
  return stat(path.c_str(), &about) == 0 && (about.st_mode & bits) == 0;
}

bool is_private(const std::string& path) { return withholds(path, 077U); }

// Programs of others may come through a folder to ca.pem, whose name they know, and see nothing else of it.
bool is_unlisted(const std::string& folder) { return withholds(folder, 066U); }

Finding examine_folder(const std::string& data) {
  if (!fs::is_directory(data))
    return warning("folder", "there is no folder " + data, "`ostia serve` makes it; or name another with --data");
  if (!is_unlisted(data))
    return fault("folder", data + " can be read by others, and has keys in it", "chmod 711 " + data);
  for (const char* name : {"master.key", "tls-key.pem", "ca-key.pem", "ostia.db", "ostia.db-wal"})
    if (const std::string file = data + "/" + name; fs::exists(file) && !is_private(file))
      return fault("folder", file + " can be read by others", "chmod 600 " + file);
  if (!has_master_key(data))
    return warning("folder", data + " has no master.key", "restore it, or give it with --master-key or a credential");
  return fine("folder", data + " is its owner's only, but for ca.pem");
}

Finding examine_certificate(const std::string& file, const std::string& key_file) {
  const auto text = read_file(file), key_text = read_file(key_file);
  if (!text) return fault("certificate", text.error().description, "give --tls-cert FILE and --tls-key FILE");
  if (!key_text) return fault("certificate", key_text.error().description, "give --tls-key FILE");
  const openssl::Certificate certificate(PEM_read_bio_X509(openssl::reader(*text).get(), nullptr, nullptr, nullptr));
  if (!certificate) return fault("certificate", file + " has no certificate in PEM", "give the chain, leaf first");
  const openssl::Pkey key(PEM_read_bio_PrivateKey(openssl::reader(*key_text).get(), nullptr, nullptr, nullptr));
  if (!key || X509_check_private_key(certificate.get(), key.get()) != 1)
    return fault("certificate", key_file + " is not the key of " + file, "give the two files that belong together");
  int days = 0, seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get()));
  if (days < 0 || seconds < 0)
    return fault("certificate", file + " has expired", "renew it, and send SIGHUP to the authority");
  constexpr int soon = soon_for_certificate / 86'400;  // days
  const std::string left = file + " is valid for " + std::to_string(days) + " days";
  return days <= soon ? warning("certificate", left, "renew it, and send SIGHUP to the authority")
                      : fine("certificate", left);
}

// What the authority of this folder has to say of the proxies in front of it.
void examine_proxies(const std::string& data, Findings& out) {
  const auto notes = read_proxy_notes(data);
  const auto times = [](const json::Value& note) { return std::to_string(note["count"].as_int().value_or(1)); };
  if (const auto& note = notes["unreadable"]; note.is_object())
    out.push_back(fault("proxy",
                        "the proxy " + note["proxy"].text() + " wrote \"" + note["seen"].text() + "\" into " +
                            note["header"].text() + ", which is no address (" + times(note) +
                            " requests since the start): they count as the proxy's own",
                        "let it write the client's address; deploy/proxies has examples"));
  if (const auto& note = notes["untrusted"]; note.is_object())
    out.push_back(
        warning("proxy",
                note["peer"].text() + " sends " + note["header"].text() + " and is no trusted proxy (" + times(note) +
                    " requests since the start): all people behind it count as one",
                "if it is a proxy of yours, start the authority with --trusted-proxy " + note["peer"].text()));
}

}  // namespace

Findings examine_data(const Options& o) {
  Findings out = {examine_folder(o.data)};
  const bool own = o.tls_cert.empty();
  const std::string certificate = own ? o.data + "/tls.pem" : o.tls_cert,
                    key = own ? o.data + "/tls-key.pem" : o.tls_key;
  if (!own || fs::exists(certificate)) out.push_back(examine_certificate(certificate, key));
  examine_proxies(o.data, out);
  return out;
}

}  // namespace ostia::authority::doctor
