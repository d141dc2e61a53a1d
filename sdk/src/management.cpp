#include "ostia/management.hpp"

#include "call.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/url/percent.hpp"

namespace ostia {

using namespace sdk;

namespace {

// The client's own rules want a client id, which this API does not use.
WebAuthOptions session_options(const ManagementOptions& o) {
  WebAuthOptions out;
  out.domain = o.domain;
  out.client_id = "management";
  out.ca_file = o.ca_file;
  out.environment = o.environment;
  return out;
}

Task<Value> user_task(const std::shared_ptr<Session>& session, CallOptions call, const std::string& token,
                      const char* method, const std::string& user_id, const char* below, Value body) {
  return with_base<Value>(session, std::move(call),
                          [=, body = std::move(body)](Call& host, const Value& base) -> Result<Value> {
                            if (token.empty()) return auth0::refuse("token is required");
                            if (user_id.empty()) return auth0::refuse("user_id is required");
                            // Encoded, unlike the page's: a user id is data, not a path.
                            const std::string path = "/api/v2/users/" + url::percent_encode(user_id) + below;
                            HttpRequest request{method,
                                                auth0::endpoint(base, path.c_str()),
                                                {{"Accept", "application/json"}, {"Authorization", "Bearer " + token}},
                                                {}};
                            if (!body.is_null()) {
                              request.headers.emplace_back("Content-Type", "application/json");
                              request.body = json::write(body);
                            }
                            const auto answer = host.http(request);
                            if (!answer) return answer.error();
                            auto read = auth0::read_answer(*answer);
                            if (read && read->is_string())
                              return peer_error("invalid_response",
                                                method + (" " + request.url) + " answered with content type \"" +
                                                    answer->content_type + "\", expected JSON",
                                                "answer_not_json");
                            return read;
                          });
}

}  // namespace

Management::Management(ManagementOptions options)
    : session_(std::make_shared<Session>(session_options(options))), token_(std::move(options.token)) {}

Task<Value> Management::async_get_user(std::string user_id, CallOptions call) const {
  return user_task(session_, std::move(call), token_, "GET", user_id, "", {});
}
Task<Value> Management::async_patch_user_metadata(std::string user_id, Value user_metadata, CallOptions call) const {
  return user_task(session_, std::move(call), token_, "PATCH", user_id, "",
                   Value::object({{"user_metadata", std::move(user_metadata)}}));
}
Task<Value> Management::async_patch_user_attributes(std::string user_id, Value user, CallOptions call) const {
  return user_task(session_, std::move(call), token_, "PATCH", user_id, "", std::move(user));
}
Task<Value> Management::async_link_user(std::string user_id, std::string secondary_user_token, CallOptions call) const {
  return user_task(session_, std::move(call), token_, "POST", user_id, "/identities",
                   Value::object({{"link_with", std::move(secondary_user_token)}}));
}

Result<Value> Management::get_user(const std::string& user_id, const CallOptions& call) {
  return async_get_user(user_id, call).wait();
}
Result<Value> Management::patch_user_metadata(const std::string& user_id, const Value& user_metadata,
                                              const CallOptions& call) {
  return async_patch_user_metadata(user_id, user_metadata, call).wait();
}
Result<Value> Management::patch_user_attributes(const std::string& user_id, const Value& user,
                                                const CallOptions& call) {
  return async_patch_user_attributes(user_id, user, call).wait();
}
Result<Value> Management::link_user(const std::string& user_id, const std::string& secondary_user_token,
                                    const CallOptions& call) {
  return async_link_user(user_id, secondary_user_token, call).wait();
}

}  // namespace ostia
