// `ostia serve`: from options to an authority that answers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ostia/result.hpp"

namespace ostia::authority {

/// The options of `ostia serve`, as they were typed.
struct ServeOptions {
  std::string config, users;  ///< files; empty: none
  std::string data = "./ostia-data";
  std::string database;  ///< empty: `sqlite:DATA/ostia.db`
  std::size_t database_connections = 20;
  std::string master_key;  ///< file; empty: what `master_key` finds
  std::string listen = "127.0.0.1:8443";
  std::string issuer;             ///< empty: what `listen` makes it
  std::string tls_cert, tls_key;  ///< files; empty: a certificate of our own, kept in `data`
  bool plain_http = false;
  std::vector<std::string> trusted_proxies;  ///< addresses and networks; empty: private ones, with `plain_http` only
  std::vector<std::string> admin_networks;   ///< whence it may be administered; empty: from everywhere
  std::string metrics_listen;                ///< empty: nowhere
  bool access_log = false;                   ///< a line for each request
  bool dev = false;
  bool dev_on_network = false;              ///< `dev` may be at an address that is not this machine's own
  std::string dev_http = "127.0.0.1:8080";  ///< with `dev`; `none` turns it off
};

/// Called once requests are answered. `setup_link` is where the first administrator is made; empty where there is one,
/// and with `dev`.
using Ready = std::function<void(const std::string& issuer, const std::string& setup_link)>;

/// Serves until it is told to stop. An error means that it has not started; `Fault::caller` ones are for the person who
/// typed the options.
Status serve(const ServeOptions& options, const Ready& ready);

}  // namespace ostia::authority
