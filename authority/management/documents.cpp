// The tenant's documents over HTTP, whatever their kind: listed, made, read, changed, deleted.
#include "tenant/documents.hpp"
#include "state/tenant_changes.hpp"

#include <algorithm>

#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "grants/own_token.hpp"
#include "management/collection.hpp"
#include "management/endpoints.hpp"
#include "management/kept.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "tenant/bounds.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {

using json::Value;

Error unknown(const Collection& c) {
  return not_found("The " + std::string(c.one) + " does not exist", "inexistent_" + std::string(c.kind));
}

namespace {

const Section& section(const Collection& c) { return section_of(c.kind); }

Error taken(const Collection& c) {
  return api_error(409, std::string(c.kind) + "_conflict",
                   "A " + std::string(c.one) + " with the same " + section(c).key + " exists already.");
}

Value shown(const Authority& a, const Collection& c, const Call& call, Value body) {
  if (!body.find(section(c).id)) body.set(section(c).id, id_of(section(c), body));
  if (c.present) return c.present(a, call, std::move(body));
  return without_secrets(section(c), std::move(body));
}

// `domain:shop*`: a member, and what it is or how it begins.
bool finds(const Value& body, std::string_view q) {
  const auto colon = q.find(':');
  if (colon == q.npos) return q.empty();
  const std::string& have = body[q.substr(0, colon)].text();
  const auto wanted = q.substr(colon + 1);
  return wanted.ends_with('*') ? have.starts_with(wanted.substr(0, wanted.size() - 1)) : have == wanted;
}

bool passes(const Value& body, const Call& call, const Collection& c) {
  for (const auto& [name, value] : call.query.pairs()) {
    constexpr std::string_view of_no_member[] = {"is_global", "sort", "installed", "include_client_association_for"};
    if (!contains(c.filters, name) ||
        std::find(std::begin(of_no_member), std::end(of_no_member), name) != std::end(of_no_member))
      continue;
    if (name == "q") {
      if (!finds(body, value)) return false;
      continue;
    }
    if (name == "name_filter") {
      if (text::lower(body["name"].text()).find(text::lower(value)) == std::string::npos) return false;
      continue;
    }
    if (name == "triggerId") {
      const auto& triggers = body["supported_triggers"].items();
      if (std::none_of(triggers.begin(), triggers.end(),
                       [&, wanted = std::string_view(value)](const Value& t) { return t["id"].text() == wanted; }))
        return false;
      continue;
    }
    const std::string member = name == "actionName"                            ? "name"
                               : name == "identifiers" || name == "identifier" ? "identifier"
                               : name == "strategy[]"                          ? "strategy"
                                                                               : name;
    const Value& have = body[member];
    if (member == "app_type" || member == "strategy") {  // one of several
      bool any = false;
      for (const auto& [other, wanted] : call.query.pairs())
        if (other == name)
          for (const auto word : text::split(wanted, ',')) any = any || have.text() == word;
      if (!any) return false;
      continue;
    }
    if (have.is_bool() ? have.as_bool() != flag(call.query, name).value_or(!have.as_bool()) : have.text() != value)
      return false;
  }
  return true;
}

// This API itself: nobody can change it, and grants name it.
Value management_api(const Authority& a) {
  Value scopes = Value::array();
  for (const auto& one : all_scopes()) scopes.push_back(Value::object({{"value", one}, {"description", one}}));
  return Value::object({{"id", id_of(section_of("api"), Value::object({{"identifier", a.issuer + "api/v2/"}}))},
                        {"name", "Auth0 Management API"},
                        {"identifier", a.issuer + "api/v2/"},
                        {"is_system", true},
                        {"scopes", std::move(scopes)},
                        {"signing_alg", "RS256"}});
}

}  // namespace

Async<std::optional<Value>> find_in(Authority& a, const Collection& c, std::string id) {
  CO_TRY(auto documents, list_documents(a.store, c.kind));
  // Some programs escape an identifier in a path twice.
  const std::string once_more = url::percent_decode(id).value_or(id);
  for (const auto& wanted : {id, once_more})
    for (auto& document : documents)
      if (id_of(section(c), document) == wanted || (!section(c).renamable && document[section(c).key].text() == wanted))
        co_return std::optional(std::move(document));
  co_return std::optional<Value>();
}

namespace {

Handling list(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  if (c.never_counts) page->include_totals = false;
  CO_TRY(auto documents, list_documents(a.store, c.kind));
  std::vector<Value> out;
  if (std::string_view(c.kind) == "api") documents.insert(documents.begin(), management_api(a));
  for (auto& document : documents) {
    Value body = shown(a, c, call, std::move(document));
    if (passes(body, call, c)) out.push_back(selected(std::move(body), call.query));
  }
  if (c.sorted_by_order)
    std::stable_sort(out.begin(), out.end(), [](const Value& x, const Value& y) {
      return x["order"].as_int().value_or(0) < y["order"].as_int().value_or(0);
    });
  if (c.always_counts) co_return counted(*page, c.noun, out);
  // Where the vendor knows no pages, the list is whole unless a page is asked for.
  if (!call.query.has("page") && !call.query.has("per_page") && !page->checkpoint && !page->include_totals)
    co_return Reply{200, Value::array(std::move(out))};
  co_return paged(*page, c.noun, out);
}

Handling get(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  CO_TRY(auto found, find_in(a, c, call.path[0]));
  if (!found) co_return unknown(c);
  const Value body = shown(a, c, call, *found);
  Value out = selected(body, call.query);
  for (const char* name : c.always)
    if (body.find(name) && flag(call.query, "include_fields").value_or(true)) out.set(name, body[name]);
  co_return Reply{200, std::move(out)};
}

// There is nothing to wait for: who points a name here has shown that it is theirs.
Handling verify(Authority& a, Call call, const void* subject) {
  CO_AWAIT(auto reply, get(a, std::move(call), subject));
  if (reply) reply->status = 201;
  co_return reply;
}

// Checks `body` and makes of it what is kept.
Status settle(Authority& a, const Collection& c, const Tenant& tenant, Value& body, const Value& before) {
  if (c.check)
    if (auto good = c.check(tenant, body); !good) {
      const Error& e = good.error();
      return e.status == 0 && e.fault == Fault::caller ? invalid_body("'" + e.description + "'") : e;
    }
  if (c.prepare) c.prepare(a, body, before);
  if (!body.find(section(c).id)) body.set(section(c).id, id_of(section(c), body));
  return ok();
}

// What this program is itself is nobody's to be.
Status check_own_names(const Authority& a, std::string_view issuer, const Collection& c, const Value& body) {
  if (std::string_view(c.kind) == "api" && (is_reserved_audience(a, issuer, body["identifier"].text()) ||
                                            is_reserved_audience(a, a.issuer, body["identifier"].text())))
    return api_error(400, "invalid_body",
                     "The identifier is one of this authority's own: " + body["identifier"].text());
  const auto is_own = [&](const Client& own) { return body["client_id"].text() == own.id; };
  if (std::string_view(c.kind) == "client" && (is_own(dashboard_client()) || is_own(account_client())))
    return api_error(400, "invalid_body", "The client_id is one of this authority's own: " + body["client_id"].text());
  return ok();
}

Handling create(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  Value body = call.body;
  if (section(c).renamable && std::string_view(c.kind) != "client") {
    CO_TRY(const auto documents, list_documents(a.store, c.kind));
    for (const auto& one : documents)
      if (one[section(c).key] == body[section(c).key]) co_return taken(c);
  }
  if (auto free = check_own_names(a, call.request.issuer, c, body); !free) co_return std::move(free).error();
  if (auto good = check_bounds(c.kind, {}, body); !good) co_return out_of_range(good.error());
  if (auto settled = settle(a, c, *call.tenant, body, {}); !settled) co_return std::move(settled).error();
  std::vector<Statement> statements;
  statements.push_back({"INSERT INTO tenant_objects (kind, id, body) VALUES ($1, $2, $3)",
                        {c.kind, store_id(section(c), body), json::write(body)}});
  CO_AWAIT(const auto changed, change_tenant(a, std::move(statements)));
  if (!changed && changed.error().reason == "store_conflict") co_return taken(c);  // of two at once, one is the first
  if (!changed) co_return changed.error();
  call.tenant = a.tenant();
  co_return Reply{c.created, shown(a, c, call, body)};
}

// Changes the document of that store id, and shows it as it is now.
Handling edit(Authority& a, Call call, const Collection& c, std::string id, bool merges) {
  if (auto good = check_bounds(c.kind, {}, call.body); !good) co_return out_of_range(good.error());
  CO_TRY(const auto body, edit_document(a, c.kind, std::move(id), [&](Value& body) -> Status {
           const Value before = body;
           if (merges && before.is_null()) return unknown(c);
           if (merges)
             merge(body, call.body);
           else
             body = call.body;
           if (!merges) body.set(section(c).key, call.path[0]);
           return settle(a, c, *call.tenant, body, before);
         }));
  call.tenant = a.tenant();
  co_return Reply{200, shown(a, c, call, body)};
}

Handling update(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  CO_TRY(const auto found, find_in(a, c, call.path[0]));
  if (!found) co_return unknown(c);
  CO_RETURN(edit(a, std::move(call), c, store_id(section(c), *found), true));
}

// What PUT makes is known by its key.
Handling replace(Authority& a, Call call, const void* subject) {
  const std::string key = call.path[0];
  CO_RETURN(edit(a, std::move(call), *static_cast<const Collection*>(subject), key, false));
}

Handling remove(Authority& a, Call call, const void* subject) {
  const auto& c = *static_cast<const Collection*>(subject);
  CO_TRY(const auto found, find_in(a, c, call.path[0]));
  const Value told = c.deleted == 202 ? Value::object({{"deleted_at", iso_time(a.clock.now())}}) : Value::object();
  const Reply done = c.deleted == 204 ? Reply{204, {}} : Reply{c.deleted, told};
  if (!found) co_return done;
  auto statements = forget_kept(std::string(c.path) + "/" + url::percent_encode(id_of(section(c), *found)));
  statements.push_back(delete_document(c.kind, store_id(section(c), *found)));
  if (std::string_view(c.kind) == "client") {
    statements.push_back({"DELETE FROM tenant_objects WHERE kind = 'grant' AND id >= $1 AND id < $2",
                          {call.path[0] + " ", call.path[0] + "!"}});
    statements.push_back({"DELETE FROM refresh_tokens WHERE client_id = $1", {call.path[0]}});
  }
  if (std::string_view(c.kind) == "database") {
    CO_TRY(auto logouts, sessions_ended(a, {.connection = (*found)["name"].text()}));
    append(statements, std::move(logouts));
    append(statements, delete_users_of((*found)["name"].text()));
  }
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  a.outbox.wake();
  co_return done;
}

}  // namespace

Routes document_routes() {
  Routes out;
  for (const auto& c : collections()) {
    const std::string path = c.path, item = path + "/{id}", noun = c.noun, one = c.one, schema = c.schema;
    const bool is_vowel = std::string_view("aeiou").find(one.front()) != std::string_view::npos;
    const std::string one_of_it = (is_vowel ? "an " : "a ") + one;
    const std::vector<std::string> fields = {"fields", "include_fields"};
    std::vector<std::string> of_list = {"page", "per_page", "include_totals", "from",
                                        "take", "fields",   "include_fields"};
    of_list.insert(of_list.end(), c.filters.begin(), c.filters.end());
    std::string read = "read:" + noun;
    if (noun == "connections") read += " read:connections_options";
    out.push_back(on("GET", path, read, "list_" + noun, "List each " + one, list, &c).asks(of_list));
    if (!c.is_write_only) {
      out.push_back(on("POST", path, "create:" + noun, "create_" + schema, "Create " + one_of_it, create, &c)
                        .takes(schema + "_create"));
      out.push_back(on("GET", item, read, "get_" + schema, "Get " + one_of_it, get, &c).asks(fields));
      out.push_back(on("PATCH", item, "update:" + noun, "update_" + schema, "Update " + one_of_it, update, &c)
                        .takes(schema + "_update"));
    }
    if (c.is_put)
      out.push_back(
          on("PUT", item, "update:" + noun, "set_" + schema, "Set " + one_of_it, replace, &c).takes(schema + "_put"));
    out.push_back(on("DELETE", item, "delete:" + noun, "delete_" + schema, "Delete " + one_of_it, remove, &c));
    if (noun == "actions") out.back().query = {"force"};
  }
  out.push_back(on("POST", "custom-domains/{id}/verify", "create:custom_domains", "verify_custom_domain",
                   "Verify a custom domain", verify, &collection_of("custom_domain")));
  return out;
}

}  // namespace ostia::authority::management
