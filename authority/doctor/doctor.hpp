// `ostia doctor`: the usual faults of an installation, found before a person meets them, each with what to do.
#pragma once

#include <string>
#include <vector>

#include "tenant/tenant.hpp"

namespace ostia::authority::doctor {

struct Finding {
  enum class Level : std::uint8_t { fine, warning, fault };
  Level level;
  std::string subject;  ///< such as `clock`
  std::string what;     ///< what is so, in a sentence
  std::string remedy;   ///< what to do; empty where all is well
};
using Findings = std::vector<Finding>;

inline Finding fine(std::string subject, std::string what) {
  return {Finding::Level::fine, std::move(subject), std::move(what), {}};
}
inline Finding warning(std::string subject, std::string what, std::string remedy) {
  return {Finding::Level::warning, std::move(subject), std::move(what), std::move(remedy)};
}
inline Finding fault(std::string subject, std::string what, std::string remedy) {
  return {Finding::Level::fault, std::move(subject), std::move(what), std::move(remedy)};
}

struct Options {
  std::string data = "./ostia-data", database, master_key, listen = "127.0.0.1:8443";
  std::string tls_cert, tls_key;  ///< empty: those of the folder
  std::string domain;             ///< of an authority that runs, such as `https://login.example.com`
  std::string ca;                 ///< a file that its certificate is trusted by; empty: the system's
  std::string client_id, callback, origin;
  std::vector<std::string> allowed_egress;  ///< as `ostia serve` is given them
  bool dev = false;
};

/// The clock, the ports, the disk, programs that are needed.
Findings examine_machine(const Options& o);
/// The folder: its permissions, keys, certificate, database.
Findings examine_data(const Options& o);
/// The tenant: lists of callback URLs and origins, mail, cookies. `issuer`: where it is reached, as far as is known.
Findings examine_tenant(const Tenant& tenant, const Options& o, const std::string& issuer);
/// Where its own calls may go, and what of the tenant (null: there is none yet) is elsewhere.
Findings examine_egress(const Options& o, const Tenant* tenant);
/// An authority that runs: its certificate, its issuer, its keys, its clock.
Findings examine_service(const Options& o);

}  // namespace ostia::authority::doctor
