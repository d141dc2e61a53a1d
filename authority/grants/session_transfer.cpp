#include "grants/session_transfer.hpp"

#include "ostia/url/url.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view purpose = "session_transfer";

// What of a grant a session stands on; nothing of what its application was given.
Grant login_of(const Grant& g) {
  return {.id = g.id,
          .issuer = g.issuer,
          .client_id = g.client_id,
          .user_id = g.user_id,
          .auth_time = g.auth_time,
          .with_second_factor = g.with_second_factor,
          .organization = g.organization,
          .connection = g.connection,
          .epoch = g.epoch};
}

}  // namespace

std::string session_transfer_audience(std::string_view issuer) {
  const auto parsed = url::parse(issuer);
  return "urn:" + std::string(parsed ? parsed->host : "") + ":session_transfer";
}

std::string issue_session_transfer(const Authority& a, const Request& request, const Grant& grant) {
  return seal_ticket(a, purpose,
                     Value::object({{"grant", login_of(grant).to_json()},
                                    {"address", request.peer},
                                    {"user_agent", request.header("user-agent").substr(0, 300)},
                                    {"nonce", random_id().substr(0, 11)}}),
                     session_transfer_lifetime);
}

std::optional<SessionTransferToken> open_session_transfer(const Authority& a, std::string_view issuer,
                                                          std::string_view sealed) {
  const auto v = open_ticket(a, purpose, sealed);
  if (!v || (*v)["grant"]["issuer"] != Value(issuer)) return {};
  return SessionTransferToken{.sealed = std::string(sealed),
                              .grant = Grant::from_json((*v)["grant"]),
                              .address = (*v)["address"].text(),
                              .user_agent = (*v)["user_agent"].text(),
                              .until = (*v)["until"].as_int().value_or(0)};
}

Async<bool> is_revoked(Authority& a, std::string grant_id) {
  CO_TRY(const auto rows, a.store.query({"SELECT 1 FROM revoked_grants WHERE id = $1", {std::move(grant_id)}}));
  co_return !rows.empty();
}

Async<bool> transfer_has_ended(Authority& a, std::string grant_id, std::string client_id) {
  if (grant_id.empty()) co_return false;
  const auto from = a.tenant()->find_client(client_id);
  if (!from) co_return true;
  if (!from->session_transfer.ends_with_refresh_tokens) co_return false;
  CO_RETURN(is_revoked(a, std::move(grant_id)));
}

}  // namespace ostia::authority
