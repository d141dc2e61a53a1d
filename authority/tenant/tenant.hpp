// The tenant as handlers read it: an immutable snapshot of its settings, applications and APIs, replaced whole when
// something changes. What is stored are the Management API's own documents; this is their typed reading.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// An application.
struct Client {
  std::string id, name, secret;
  std::string auth_method;  ///< `token_endpoint_auth_method`
  std::vector<std::string> callbacks, allowed_logout_urls, web_origins, allowed_origins, grant_types;
  bool is_native = false;
  bool is_first_party = true;
  /// `ostia.any_loopback_port`: as for a native application, the port of a loopback IP callback is free.
  bool any_loopback_port = false;
  /// `ostia.compat: auth0-js`: what the real auth0-js needs and RFC 9700 advises against is allowed (a code without
  /// PKCE).
  bool auth0_js_compatible = false;
  std::int64_t id_token_lifetime = 36000;  ///< seconds

  [[nodiscard]] bool is_public() const { return auth_method == "none"; }
  [[nodiscard]] bool has_grant(std::string_view grant) const;
  [[nodiscard]] bool may_redirect_to(std::string_view uri) const;
  [[nodiscard]] bool allows_origin(std::string_view origin) const;
};

/// A resource server.
struct Api {
  std::string identifier;
  std::vector<std::string> scopes;
  std::int64_t token_lifetime = 86400;         ///< seconds
  std::int64_t token_lifetime_for_web = 7200;  ///< seconds, for tokens from `/authorize`
};

struct Tenant {
  std::string name = "Ostia";
  std::string default_audience, default_directory;
  std::vector<std::string> allowed_logout_urls;
  std::int64_t session_lifetime = 168 * 3600;      ///< seconds
  std::int64_t idle_session_lifetime = 72 * 3600;  ///< seconds
  std::map<std::string, Client, std::less<>> clients;
  std::map<std::string, Api, std::less<>> apis;
  std::map<std::string, std::vector<std::string>, std::less<>> grants;  ///< `client_id audience` → scopes
  struct Database {
    std::string name;
    std::vector<std::string> enabled_clients;  ///< ids or names; all when `everywhere`
    bool everywhere = false;
  };
  std::vector<Database> databases;

  [[nodiscard]] const Client* find_client(std::string_view id) const;
  [[nodiscard]] const Api* find_api(std::string_view identifier) const;
  /// Scopes of a client grant; null when there is none.
  [[nodiscard]] const std::vector<std::string>* find_grant(std::string_view client_id, std::string_view audience) const;
  /// Database connections that the application may use, in their order.
  [[nodiscard]] std::vector<std::string> databases_of(const Client& client) const;
  /// Whether any application lists the origin, for requests that do not say which they come from.
  [[nodiscard]] bool allows_origin(std::string_view origin) const;
};

/// The scopes of the Management API that a person may be given for their own account.
const std::vector<std::string>& current_user_scopes();

/// Reads the stored documents. `secrets` opens client secrets.
Result<std::shared_ptr<const Tenant>> load_tenant(Store& store, const Sealer& secrets);

}  // namespace ostia::authority
