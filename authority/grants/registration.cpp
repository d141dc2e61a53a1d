#include "grants/registration.hpp"

#include "base/address.hpp"
#include "base/log.hpp"
#include "logs/journal.hpp"
#include "ostia/text/base64url.hpp"
#include "state/problem.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"
#include "tenant/registered_urls.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::MetadataSource;

constexpr std::int64_t hour = 3600;               // seconds
constexpr std::size_t longest_document = 10'000;  // bytes

std::string digest_of(std::string_view token) { return text::base64url_encode(sha256(token)); }

// What the tenant has of an application of somebody else's. It gets no more than a person agrees to, each time anew.
Value document_of(const protocol::ClientMetadata& m) {
  return Value::object({{"name", m.name},
                        {"app_type", m.is_native               ? "native"
                                     : m.auth_method == "none" ? "spa"
                                                               : "regular_web"},
                        {"is_first_party", false},
                        {"oidc_conformant", true},
                        {"callbacks", as_array(m.redirect_uris)},
                        {"grant_types", as_array(m.grant_types)},
                        {"token_endpoint_auth_method", m.auth_method},
                        {"ostia", Value::object({{"registered", true}})}});
}

Statement keep_registration(const std::string& client_id, const std::string& token, std::int64_t now) {
  return {
      "INSERT INTO registrations (client_id, token, registered_at, read_at) VALUES ($1, $2, $3, $3) ON CONFLICT "
      "(client_id) DO UPDATE SET read_at = $3",
      {client_id, token, now}};
}

// What a person is sent to is checked as an administrator's own would be.
Status check_document(const Value& document) {
  auto good = check_registered_urls(document);
  if (good) return good;
  return oauth(400, "invalid_redirect_uri", good.error().description, "metadata_redirect_uri");
}

// People read it on the page where they agree.
Status check_name(const std::string& name) {
  if (is_visible(name) && name.find_first_not_of(' ') != name.npos) return ok();
  return oauth(400, "invalid_client_metadata", "client_name has characters that are not seen, or turn others around",
               "metadata_malformed");
}

}  // namespace

Async<NewRegistration> register_client(Authority& a, protocol::ClientMetadata metadata) {
  if (auto good = check_name(metadata.name); !good) co_return std::move(good).error();
  Value document = document_of(metadata);
  if (auto good = check_document(document); !good) co_return std::move(good).error();
  identify_client(document, {}, a.secrets);
  const std::string id = document["client_id"].text(), token = random_id();
  const std::int64_t now = a.clock.now();
  CO_TRY_VOID(
      change_tenant(a, together(put_document("client", id, document), keep_registration(id, digest_of(token), now))));
  co_return NewRegistration{with_secrets(section_of("client"), std::move(document), a.secrets), token, now};
}

Async<std::optional<std::int64_t>> find_registration(Authority& a, std::string client_id, std::string token) {
  CO_TRY(
      const auto rows,
      a.store.query({"SELECT registered_at FROM registrations WHERE client_id = $1 AND token = $2 AND EXISTS (SELECT "
                     "1 FROM tenant_objects WHERE kind = 'client' AND id = $1)",
                     {std::move(client_id), digest_of(token)}}));
  co_return rows.empty() ? std::optional<std::int64_t>() : int_at(rows.first(), 0);
}

Async<Value> registered_client(Authority& a, std::string client_id) {
  CO_TRY(auto document, find_document(a.store, "client", std::move(client_id)));
  if (!document) co_return oauth(401, "invalid_token", "There is no such registration", "registration_token_invalid");
  co_return with_secrets(section_of("client"), *std::move(document), a.secrets);
}

Async<Value> change_registration(Authority& a, std::string client_id, protocol::ClientMetadata metadata) {
  if (auto good = check_name(metadata.name); !good) co_return std::move(good).error();
  CO_TRY(auto document, edit_document(a, "client", std::move(client_id), [&](Value& body) -> Status {
           if (body.is_null())
             return oauth(401, "invalid_token", "There is no such registration", "registration_token_invalid");
           const Value asked = document_of(metadata);
           if (auto good = check_document(asked); !good) return good;
           for (const auto& [name, member] : asked.members()) body.set(name, member);
           return ok();
         }));
  co_return with_secrets(section_of("client"), std::move(document), a.secrets);
}

// RFC 7592 section 2.3
Async<Unit> end_registration(Authority& a, std::string client_id) {
  std::vector<Statement> statements;
  statements.push_back(delete_document("client", client_id));
  for (const char* sql :
       {"DELETE FROM registrations WHERE client_id = $1", "DELETE FROM refresh_tokens WHERE client_id = $1",
        "DELETE FROM consents WHERE client_id = $1"})
    statements.push_back({sql, {client_id}});
  CO_RETURN(change_tenant(a, std::move(statements)));
}

// RFC 7591 section 5
Status take_registration(Authority& a, const Request& request) {
  constexpr Rate of_network{20.0 / 3600, 20}, of_all{300.0 / 3600, 300};
  const auto now = static_cast<double>(a.clock.now());
  const bool is_one_too_many =
      !a.limiter.take("registration " + network_of(request.peer), of_network, now).is_allowed ||
      !a.limiter.take("registrations", of_all, now).is_allowed;
  if (!is_one_too_many) return ok();
  return oauth(429, "temporarily_unavailable", "Too many applications have registered lately; try again in an hour",
               "registrations_limited");
}

namespace {

struct KeptDocument {
  bool is_there = false;
  bool was_removed = false;  ///< by an administrator: what is unused goes with its row
  std::int64_t read_at = 0;
};

Async<KeptDocument> find_document_of(Authority& a, std::string client_id) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT read_at, (SELECT count(*) FROM tenant_objects WHERE kind = 'client' AND "
                        "id = $1) FROM registrations WHERE client_id = $1",
                        {std::move(client_id)}}));
  if (rows.empty()) co_return KeptDocument{};
  const bool is_there = int_at(rows.first(), 1) > 0;
  co_return KeptDocument{is_there, !is_there, int_at(rows.first(), 0)};
}

Error unreadable(const std::string& client_id, const std::string& why) {
  return oauth(400, "invalid_client", "The document of the application at " + client_id + " cannot be used: " + why,
               "client_document_unreadable");
}

// A redirect is no answer: what stands at the address itself is the application's word.
// draft-ietf-oauth-client-id-metadata-document section 4
Async<Value> fetch_document(Authority& a, std::string client_id) {
  HttpCall call;
  call.url = client_id;
  call.headers = {{"Accept", "application/json"}};
  call.limit = longest_document;
  call.connect_timeout = 3;
  call.timeout = 5;
  CO_AWAIT(const auto answer, a.http.send(std::move(call)));
  // What this machine's network looks like is nobody else's business.
  if (!answer) {
    log_event("info", "client_document_unreadable", {{"client_id", client_id}, {"what", answer.error().description}});
    co_return unreadable(client_id, a.dev ? answer.error().description : "it could not be fetched");
  }
  if (answer->status != 200) co_return unreadable(client_id, "its server answers " + std::to_string(answer->status));
  auto document = json::parse(answer->body, 16);
  if (!document || !document->is_object()) co_return unreadable(client_id, "it is no JSON object");
  if ((*document)["client_id"] != Value(client_id))
    co_return unreadable(client_id, "its client_id is another one than its address");
  co_return *std::move(document);
}

Async<Unit> take_document(Authority& a, const Request& request, std::string client_id, bool is_new) {
  CO_TRY(const auto asked, fetch_document(a, client_id));
  auto metadata = protocol::judge_metadata(asked, MetadataSource::document);
  if (metadata)
    if (auto good = check_name(metadata->name); !good) metadata = std::move(good).error();
  if (!metadata) co_return unreadable(client_id, metadata.error().description);
  Value document = document_of(*metadata);
  document.set("client_id", client_id);
  if (auto good = check_document(document); !good) co_return unreadable(client_id, good.error().description);
  std::vector<Statement> statements = together(keep_registration(client_id, "", a.clock.now()));
  const auto tenant = a.tenant();
  const auto known = tenant->find_client(client_id);
  const bool is_changed = !known || known->callbacks != metadata->redirect_uris || known->name != metadata->name ||
                          known->grant_types != metadata->grant_types;
  if (!is_changed) {
    CO_TRY_VOID(a.store.commit(std::move(statements)));
    co_return Unit{};
  }
  // What an administrator has set of it stays: the document says no more than it says.
  CO_TRY_VOID(edit_document(a, "client", client_id, [&](Value& body) -> Status {
    if (body.is_null()) body = Value::object();
    for (const auto& [name, member] : document.members()) body.set(name, member);
    return ok();
  }));
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  if (is_new)
    record(a, request,
           {.type = "sapi",
            .description = "An application came by the document at its own address",
            .client_id = client_id,
            .details = Value::object(
                {{"client_name", metadata->name}, {"redirect_uris", as_array(metadata->redirect_uris)}})});
  co_return Unit{};
}

}  // namespace

Async<Unit> read_client_document(Authority& a, const Request& request, std::string client_id) {
  const auto tenant = a.tenant();
  if (client_id.find("://") == client_id.npos) co_return Unit{};
  const auto known = tenant->find_client(client_id);
  if (known && !known->is_registered) co_return Unit{};  // an administrator's own
  if (!tenant->registration.takes_documents && !known) co_return Unit{};
  if (!tenant->registration.takes_documents)
    co_return oauth(400, "invalid_client", "Applications are not known by documents here any more",
                    "client_documents_off");
  if (const auto wrong = protocol::wrong_with_client_url(client_id, a.dev); !wrong.empty())
    co_return oauth(400, "invalid_client", "client_id: " + std::string(wrong), "client_document_address");
  CO_TRY(const auto kept, find_document_of(a, client_id));
  if (kept.was_removed)
    co_return oauth(400, "invalid_client", "An administrator has removed this application", "client_removed");
  if (kept.is_there && a.clock.now() - kept.read_at < hour) co_return Unit{};
  if (!kept.is_there)
    if (auto allowed = take_registration(a, request); !allowed) co_return std::move(allowed).error();
  CO_AWAIT(const auto taken, take_document(a, request, client_id, !kept.is_there));
  if (!taken && !kept.is_there) co_return taken.error();
  // A server that is away is not asked by each request that names it.
  constexpr std::int64_t pause = 300;  // seconds
  if (!taken)
    CO_TRY_VOID(a.store.write(
        {"UPDATE registrations SET read_at = $2 WHERE client_id = $1", {client_id, a.clock.now() - hour + pause}}));
  co_return Unit{};
}

}  // namespace ostia::authority
