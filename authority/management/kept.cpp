// Resources that mean nothing here: kept, given back, and not acted upon, all by one table (`tenant/kept.json`). A
// document is known by its path below `/api/v2/`, with its slots percent-encoded.
#include "tenant/kept.hpp"

#include <algorithm>

#include "management/collection.hpp"
#include "management/kept.hpp"
#include "management/page.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/defaults.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

const KeptResource& resource(const void* subject) { return *static_cast<const KeptResource*>(subject); }

Error none_of(const KeptResource& r) { return not_found("The " + r.one + " does not exist.", "inexistent_" + r.noun); }

// `pattern` with the slots' values.
std::string filled(std::string_view pattern, const Slots& slots) {
  std::string out;
  std::size_t next = 0;
  for (const auto part : text::split(pattern, '/')) {
    if (!out.empty()) out += '/';
    out += part.starts_with('{') ? url::percent_encode(slots[next++]) : std::string(part);
  }
  return out;
}

// Where the document of a call is.
struct Place {
  std::string path, id;  // the id of an item
  Value parent;          // what it belongs to, where that is something
  std::vector<std::string> slots;
};

// What `connections/{id}/…` belongs to must be there.
Async<Value> parent_of(Authority& a, const KeptResource& r, std::string id) {
  const auto slot = r.path.find("/{");
  if (slot == std::string::npos) co_return Value();
  const std::string of = r.path.substr(0, slot);
  for (const auto& c : collections())
    if (of == c.path) {
      CO_TRY(auto found, find_in(a, c, id));
      if (!found) co_return unknown(c);
      found->set("id", id_of(section_of(c.kind), *found));
      co_return *std::move(found);
    }
  const std::string path = of + "/" + url::percent_encode(id);
  const KeptResource* parent = find_kept(path);
  if (!parent || parent->is_single) co_return Value();
  CO_TRY(auto found, find_document(a.store, "kept", path));
  if (!found) co_return none_of(*parent);
  Value body = without_secrets(section_of("kept"), *std::move(found))["body"];
  body = completed(std::move(body), parent->defaults);
  body.set("id", id);
  co_return body;
}

Async<Place> place_of(Authority& a, const KeptResource& r, Slots slots) {
  Place out;
  out.path = filled(r.path, slots);
  const auto own = static_cast<std::size_t>(std::count(r.path.begin(), r.path.end(), '{'));
  for (std::size_t i = 0; i < own; ++i) out.slots.push_back(slots[i]);
  out.id = slots[own];
  if (!out.id.empty()) out.path += "/" + url::percent_encode(out.id);
  CO_TRY(out.parent, parent_of(a, r, slots[0]));
  co_return out;
}

// What the table's `$…` stand for.
struct Words {
  const Tenant& tenant;
  const Place& place;
  const Value& body;
  std::int64_t number;
};

Value meant(const Value& usual, const Words& w) {
  const std::string& name = usual.text();
  if (usual.is_object()) {
    Value out = Value::object();
    for (const auto& [key, item] : usual.members()) out.set(key, meant(item, w));
    return out;
  }
  if (!usual.is_string() || !name.starts_with('$')) return usual;
  if (name == "$tenant") return w.tenant.name;
  if (name == "$number") return w.number;
  if (name == "$updated") return w.body["updated_at"];
  if (name.starts_with("$parent.")) return w.place.parent[name.substr(8)];
  const auto slot = text::parse_int(name.substr(1)).value_or(0);
  return static_cast<std::size_t>(slot) < w.place.slots.size() ? Value(w.place.slots[static_cast<std::size_t>(slot)])
                                                               : Value();
}

Value shown(const KeptResource& r, const Tenant& tenant, const Place& place, const Value& document) {
  const Value kept = without_secrets(section_of("kept"), document);
  Value body = kept["body"].is_object() ? kept["body"] : Value::object();
  if (!place.id.empty()) body.set(r.id, place.id);
  return completed(std::move(body), meant(r.defaults, {tenant, place, body, 0}));
}

// Members that are the program's own to say.
std::vector<std::string> own_members(const KeptResource& r) {
  std::vector<std::string> out;
  if (!r.is_single) out.push_back(r.id);
  if (r.has_times) out.insert(out.end(), {"created_at", "updated_at"});
  for (const Value* table : {&r.defaults, &r.made})
    for (const auto& [key, item] : table->members())
      if (item.text().starts_with('$')) out.push_back(key);
  return out;
}

// What may be said of it. The members of its own may be there as they are shown.
Status settle(const KeptResource& r, Value& change, const Value& before) {
  for (const auto& name : own_members(r)) {
    const Value* given = change.find(name);
    if (!given) continue;
    if (*given != before[name]) return invalid_body("'Additional properties not allowed: " + name + "'.");
    change.erase(name);
  }
  return ok();
}

Status check_required(const KeptResource& r, const Value& body) {
  for (const auto& name : r.required)
    if (body[name].is_null()) return invalid_body("'Missing required property: " + name + "'.");
  return ok();
}

// Keeps it, its secrets sealed: what is no text is kept as its JSON.
void settle_secrets(Authority& a, const KeptResource& r, Value& document, const Value& before) {
  Value body = document["body"];
  for (const auto& name : r.secrets)
    if (const Value* there = body.find(name); there && !there->is_string() && !there->is_null())
      body.set(name, json::write(*there));
  document.set("body", std::move(body));
  seal_secrets(section_of("kept"), document, before, a.secrets);
}

// A type of the standards' or the vendor's says already whose word such a token is.
// Auth0: custom token exchange
Status check_exchange_profile(const Tenant& tenant, const std::string& id, const Value& body) {
  const std::string& type = body["subject_token_type"].text();
  const auto at = [](const char* member, const std::string& why) {
    return invalid_body("'" + why + "' on property " + member + ".");
  };
  if (!url::parse(type) || type.starts_with("urn:ietf:") || type.starts_with("urn:auth0:"))
    return at("subject_token_type", "A URI of your own is needed, and not one of urn:ietf: or urn:auth0:");
  if (!body["type"].is("custom_authentication")) return at("type", "It must be custom_authentication");
  for (const auto& other : tenant.exchange_profiles)
    if (other.subject_token_type == type && other.id != id)
      return at("subject_token_type", "The profile " + other.name + " has it already");
  return ok();
}

// A key that signs is nobody's to see, whatever it is kept as.
Status check_no_private_key(const Value& v) {
  if (v.is_object() && v["kty"].is_string())
    for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
      if (v.find(member))
        return invalid_body("'A public key has no such member' on property " + std::string(member) + ".");
  for (const auto& item : v.items())  // of a list and of an object alike
    if (auto good = check_no_private_key(item); !good) return good;
  return ok();
}

struct Change {
  enum class How : std::uint8_t { make, merge, replace } how;
  int status;
  Value made;  // what a new one has besides
};

Handling write(Authority& a, Call call, const KeptResource& r, Place place, Change change) {
  const std::string now = iso_time(a.clock.now());
  const std::shared_ptr<const Tenant> tenant = call.tenant;
  bool is_new = false;
  CO_TRY(const auto document, edit_document(a, "kept", place.path, [&](Value& document) -> Status {
           const Value before = document;
           is_new = before.is_null();
           if (change.how == Change::How::make && !is_new)
             return api_error(409, r.noun + "_conflict", "The " + r.one + " exists already.");
           if (is_new && change.how != Change::How::make && !(r.is_single && (r.is_open || !r.text.empty())) &&
               !contains({"keys/custom-signing"}, r.path))
             return none_of(r);
           Value said = call.body.is_object() ? call.body : Value::object();
           if (auto good = settle(r, said, shown(r, *tenant, place, before)); !good) return good;
           Value body = change.how == Change::How::replace || is_new ? Value::object() : before["body"];
           merge(body, said);
           merge(body, change.made);
           if (auto good = check_required(r, body); !good) return good;
           if (auto good = check_no_private_key(body); !good) return good;
           if (r.path == "hooks" && body["secrets"].size() > 0)
             return invalid_body("'No hook runs here, and nothing keeps its secrets' on property secrets.");
           if (r.path == "token-exchange-profiles")
             if (auto good = check_exchange_profile(*tenant, place.id, body); !good) return good;
           if (r.has_times) {
             body.set("created_at", is_new ? Value(now) : before["body"]["created_at"]);
             body.set("updated_at", now);
           }
           document = Value::object({{"path", place.path}, {"body", std::move(body)}});
           settle_secrets(a, r, document, before);
           return ok();
         }));
  if (!r.text.empty()) co_return is_new ? Reply{201, Value::object()} : Reply{204, {}};
  co_return Reply{change.status, shown(r, *tenant, place, document)};
}

// All of a list, in the order in which they were made.
Async<std::vector<Value>> items_of(Authority& a, const KeptResource& r, const Tenant& tenant, Place place) {
  CO_TRY(const auto all, list_documents(a.store, "kept"));
  const std::string under = place.path + "/";
  std::vector<Value> out;
  for (const auto& document : all) {
    const std::string& path = document["path"].text();
    if (!path.starts_with(under) || path.find('/', under.size()) != std::string::npos || find_kept(path) != &r)
      continue;
    Place item = place;
    item.id = url::percent_decode(path.substr(under.size())).value_or("");
    out.push_back(shown(r, tenant, item, document));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Value& x, const Value& y) { return x["created_at"].text() < y["created_at"].text(); });
  co_return out;
}

const std::vector<std::string>& filters() {
  static const std::vector<std::string> all = {"type",      "disabled",          "resource", "consumer",
                                               "triggerId", "consumer_selector", "enabled",  "name"};
  return all;
}

bool passes(const Value& item, const Parameters& query) {
  return std::all_of(query.pairs().begin(), query.pairs().end(), [&](const auto& pair) {
    const Value& have = item[pair.first];
    return !contains(filters(), pair.first) ||
           (have.is_bool() ? have.as_bool() == (pair.second == "true") : have.text() == pair.second);
  });
}

Handling list(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  CO_TRY(const auto place, place_of(a, r, call.path));
  CO_TRY(const auto all, items_of(a, r, *call.tenant, place));
  std::vector<Value> out;
  for (const auto& item : all)
    if (passes(item, call.query)) out.push_back(selected(item, call.query));
  if (r.counts) co_return counted(*page, r.list.c_str(), out);
  if (!r.list.empty()) page->include_totals = true;
  co_return paged(*page, r.list.empty() ? r.noun.c_str() : r.list.c_str(), out);
}

Handling get(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(const auto place, place_of(a, r, call.path));
  CO_TRY(const auto found, find_document(a.store, "kept", place.path));
  if (!found && !r.is_open) co_return none_of(r);
  Value body = shown(r, *call.tenant, place, found ? *found : Value());
  const std::string& name = r.set.empty() ? r.list : r.set;
  if (!r.is_single || name.empty()) co_return Reply{200, selected(std::move(body), call.query)};
  auto page = read_page(call.query, 50);
  if (!page) co_return std::move(page).error();
  if (!r.counts) *page = from_checkpoint(*page);
  const Value& members = body[name];
  std::vector<Value> all;
  for (const auto& one : members.items()) all.push_back(one);
  co_return counted(*page, name.c_str(), all);
}

// Of a list that has at most one: the first.
Handling get_first(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(const auto place, place_of(a, r, call.path));
  CO_TRY(const auto all, items_of(a, r, *call.tenant, place));
  if (all.empty()) co_return none_of(r);
  co_return Reply{200, all.front()};
}

Handling create(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(auto place, place_of(a, r, call.path));
  Change change{Change::How::make, r.created, Value::object()};
  if (!r.is_single) {
    place.id = r.prefix.empty() ? random_id().substr(0, 32) : r.prefix + random_id().substr(0, 22);
    CO_TRY(const auto all, items_of(a, r, *call.tenant, {filled(r.path, call.path), {}, place.parent, place.slots}));
    place.path += "/" + url::percent_encode(place.id);
    if (r.made.is_object())
      for (const auto& [key, item] : r.made.members())
        change.made.set(key, meant(item, {*call.tenant, place, call.body, static_cast<std::int64_t>(all.size()) + 1}));
  }
  CO_RETURN(write(a, std::move(call), r, std::move(place), std::move(change)));
}

Handling update(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(auto place, place_of(a, r, call.path));
  const bool merges = call.request.method == "PATCH";
  CO_RETURN(
      write(a, std::move(call), r, std::move(place), {merges ? Change::How::merge : Change::How::replace, 200, {}}));
}

// The body of a page template is its text, or has it as `template`.
Handling put_text(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(auto place, place_of(a, r, call.path));
  const Value text = call.body.is_object() ? call.body["template"] : call.body;
  if (!text.is_string()) co_return invalid_body("'Missing required property: template'.");
  call.body = Value::object({{r.text.c_str(), text}});
  CO_RETURN(write(a, std::move(call), r, std::move(place), {Change::How::replace, 200, {}}));
}

// A list that is added to, taken from, or said anew.
Handling change_set(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(const auto place, place_of(a, r, call.path));
  const Value given = call.body[r.set];
  if (!given.is_array()) co_return invalid_body("'Missing required property: " + r.set + "'.");
  CO_TRY_VOID(edit_document(a, "kept", place.path, [&](Value& document) -> Status {
    Value out = Value::array();
    const auto is_given = [&](const Value& one) {
      return std::any_of(given.items().begin(), given.items().end(),
                         [&](const Value& other) { return other["id"] == one["id"]; });
    };
    if (call.request.method != "PUT")
      for (const auto& one : document["body"][r.set].items())
        if (!is_given(one)) out.push_back(one);
    if (call.request.method != "DELETE")
      for (const auto& one : given.items()) out.push_back(one);
    document = Value::object({{"path", place.path}, {"body", Value::object({{r.set.c_str(), std::move(out)}})}});
    return ok();
  }));
  co_return Reply{204, {}};
}

Handling remove(Authority& a, Call call, const void* subject) {
  const KeptResource& r = resource(subject);
  CO_TRY(const auto place, place_of(a, r, call.path));
  auto statements = forget_kept(place.path);
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  co_return r.deleted == 204 ? Reply{204, {}} : Reply{r.deleted, Value::object({{"code", 204}, {"object", ""}})};
}

// `list_network_acls`: a name for the description of the API.
std::string name_of(const char* verb, std::string_view path) {
  std::string out = verb;
  for (const auto part : text::split(path, '/'))
    if (!part.starts_with('{')) out.append("_").append(part);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

Routes routes_of(const KeptResource& r) {
  const std::string item = r.is_single ? r.path : r.path + "/{item}";
  const std::vector<std::string> fields = {"fields", "include_fields", "hydrate"};
  std::vector<std::string> pages = {"page", "per_page", "include_totals", "from",          "take",
                                    "q",    "hydrate",  "fields",         "include_fields"};
  pages.insert(pages.end(), filters().begin(), filters().end());
  Routes out;
  const auto add = [&](const char* method, const std::string& path, const char* verb, const char* scope,
                       const char* summary, Route::HandleFor handle) -> Route& {
    out.push_back(on(method, path, scope + r.noun, name_of(verb, r.path), std::string(summary) + r.one, handle, &r));
    out.back().kept = r.why;
    return out.back();
  };
  const bool is_set = !r.set.empty(), is_list = is_set || (r.is_single && !r.list.empty());
  if (!r.first.empty()) add("GET", r.path + "/" + r.first, "get_first", "read:", "Get the first: ", get_first);
  for (const auto method : text::split(r.methods, ' ')) {
    if (method == "GET" && !r.is_single) add("GET", r.path, "list", "read:", "List each ", list).query = pages;
    if (method == "GET") add("GET", item, "get", "read:", "Get: ", get).query = is_list ? pages : fields;
    if (method == "POST")
      add("POST", r.path, "create", "create:", "Make: ", is_set ? change_set : create).body =
          is_set || !r.required.empty() ? "kept" : "kept_or_nothing";
    if (method == "PATCH") add("PATCH", item, "update", "update:", "Change: ", update).body = "kept";
    if (method == "PUT" && r.text.empty())
      add("PUT", item, "set", "update:", "Set: ", is_set ? change_set : update).body = "kept";
    if (method == "PUT" && !r.text.empty()) add("PUT", item, "set", "update:", "Set: ", put_text).body = "kept_text";
    if (method == "DELETE") add("DELETE", item, "delete", "delete:", "Delete: ", is_set ? change_set : remove);
    if (method == "DELETE" && is_set) out.back().body = "kept";
  }
  return out;
}

}  // namespace

std::vector<Statement> forget_kept(const std::string& path) {
  std::vector<Statement> out;
  out.push_back(delete_document("kept", path));
  out.push_back({"DELETE FROM tenant_objects WHERE kind = 'kept' AND id >= $1 AND id < $2", {path + "/", path + "0"}});
  return out;
}

Routes kept_routes() {
  Routes out;
  for (const auto& r : kept_resources())
    for (auto& route : routes_of(r)) out.push_back(std::move(route));
  return out;
}

}  // namespace ostia::authority::management
