// The part of the management API that a user's own token opens: `auth0.Management` of the page.
#pragma once

#include "ostia/options.hpp"
#include "ostia/task.hpp"

namespace ostia {

namespace sdk {
class Session;
}

/// Options of `Management`; the first two are required.
struct ManagementOptions {
  std::string domain = {};
  std::string token = {};  ///< an access token for `https://DOMAIN/api/v2/`
  std::string ca_file = {};
  Environment environment = {};
};

/// A user's own account. May be used from several threads at once. Errors: as `Authentication` lists.
class OSTIA_API Management {
 public:
  explicit Management(ManagementOptions options);

  /// The user. Needs `read:current_user`. `management.getUser`
  Result<json::Value> get_user(const std::string& user_id, const CallOptions& call = {});
  Task<json::Value> async_get_user(std::string user_id, CallOptions call = {}) const;
  /// Changes the user's metadata: first-level members are replaced, others stay. Needs
  /// `update:current_user_metadata`. `management.patchUserMetadata`
  Result<json::Value> patch_user_metadata(const std::string& user_id, const json::Value& user_metadata,
                                          const CallOptions& call = {});
  Task<json::Value> async_patch_user_metadata(std::string user_id, json::Value user_metadata,
                                              CallOptions call = {}) const;
  /// Changes attributes of the user. `management.patchUserAttributes`
  Result<json::Value> patch_user_attributes(const std::string& user_id, const json::Value& user,
                                            const CallOptions& call = {});
  Task<json::Value> async_patch_user_attributes(std::string user_id, json::Value user, CallOptions call = {}) const;
  /// Makes the account of `secondary_user_token` (an ID token) a part of this one. Needs
  /// `update:current_user_identities`. The user's identities. `management.linkUser`
  Result<json::Value> link_user(const std::string& user_id, const std::string& secondary_user_token,
                                const CallOptions& call = {});
  Task<json::Value> async_link_user(std::string user_id, std::string secondary_user_token, CallOptions call = {}) const;

 private:
  std::shared_ptr<sdk::Session> session_;
  std::string token_;
};

}  // namespace ostia
