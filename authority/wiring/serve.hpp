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
  std::string mappings;       ///< what markers in `config` stand for (tenant/markers.hpp); empty: the environment's
  std::string data = "./ostia-data";
  std::string database;  ///< empty: `sqlite:DATA/ostia.db`
  std::size_t database_connections = 20;
  bool new_database = false;  ///< begins anew in a folder that had an authority, whose database is not there any more
  std::string master_key;     ///< file; empty: what `master_key` finds
  std::string listen = "127.0.0.1:8443";
  std::string issuer;             ///< empty: what `listen` makes it
  std::string tls_cert, tls_key;  ///< files; empty: a certificate of our own, kept in `data`
  bool plain_http = false;
  std::vector<std::string> trusted_proxies;  ///< addresses and networks; empty: with `plain_http` this machine's own
  std::string forwarded_header = "X-Forwarded-For";  ///< the one header that they are read in
  std::vector<std::string> allowed_egress;  ///< addresses, networks and hosts that calls may go to, though not public
  bool scripts_without_wall = false;        ///< rules and actions run even where the kernel or node cannot hold them
  std::vector<std::string> admin_networks;  ///< whence it may be administered; empty: from everywhere
  std::string metrics_listen;               ///< empty: nowhere
  bool access_log = false;                  ///< a line for each request
  std::optional<std::int64_t> drain;        ///< seconds; none: two, and with `dev` none at all
  bool dev = false;
  bool dev_on_network = false;              ///< `dev` may be at an address that is not this machine's own
  std::string dev_http = "127.0.0.1:8080";  ///< with `dev`; `none` turns it off
};

/// What there is to tell once requests are answered.
struct Started {
  std::string issuer;
  std::string setup_link;  ///< where the first administrator is made; empty where there is one, and with `dev`
  std::string warning;     ///< what does not hold scripts here; empty: nothing
};
using Ready = std::function<void(const Started&)>;

/// Serves until it is told to stop. An error means that it has not started; `Fault::caller` ones are for the person who
/// typed the options.
Status serve(const ServeOptions& options, const Ready& ready);

}  // namespace ostia::authority
