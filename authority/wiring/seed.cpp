#include "wiring/seed.hpp"

#include "accounts/users_file.hpp"
#include "base/log.hpp"
#include "tenant/demo.hpp"
#include "tenant/import.hpp"
#include "tenant/markers.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// Grants for the Management API name it by the issuer, which a file need not know: `{issuer}api/v2/`.
void name_issuer(Value& v, const std::string& issuer) {
  constexpr std::string_view slot = "{issuer}", whole = "{issuer}api/v2/";
  if (v.is_string()) {
    std::string out = v.text();
    for (auto at = out.find(whole); at != out.npos; at = out.find(whole, at + issuer.size()))
      out.replace(at, slot.size(), issuer);
    v = std::move(out);
  } else if (v.is_array()) {
    Value items = Value::array();
    for (Value item : v.items()) {
      name_issuer(item, issuer);
      items.push_back(std::move(item));
    }
    v = std::move(items);
  } else if (v.is_object()) {
    Value out = Value::object();
    for (const auto& [key, item] : v.members()) {
      Value member = item;
      name_issuer(member, issuer);
      out.set(key, std::move(member));
    }
    v = std::move(out);
  }
}

// The tenant to begin with: that of the file, or one that is built in.
Result<TenantSource> choose_tenant(const ServeOptions& o, std::string& name, bool is_empty) {
  name = o.config;
  if (!o.config.empty()) {
    const auto mappings = read_mappings(o.mappings);
    if (!mappings) return mappings.error();
    return read_tenant(o.config, *mappings);
  }
  if (!is_empty) return TenantSource{};
  name = o.dev ? "the demo tenant" : "the empty tenant";
  constexpr const char* nothing =
      R"({"databases": [{"name": "Username-Password-Authentication", "strategy": "auth0"}]})";
  return read_tenant_text(o.dev ? demo_config : nothing, name);
}

}  // namespace

Result<Seed> choose_seed(const ServeOptions& o, const std::string& issuer, bool is_empty) {
  Seed seed;
  auto tenant = choose_tenant(o, seed.tenant_name, is_empty);
  if (!tenant) return std::move(tenant).error();
  seed.tenant = *std::move(tenant);
  name_issuer(seed.tenant.config, issuer);
  if (o.dev && o.config.empty() && is_empty) {
    seed.users = demo_users;
    seed.users_name = "the demo users";
  }
  if (o.users.empty()) return seed;
  auto text = read_file(o.users);
  if (!text) return std::move(text).error();
  seed.users = *std::move(text);
  seed.users_name = o.users;
  return seed;
}

namespace {

Status in_file(const std::string& file, Status status) {
  if (!status) status.error().description.insert(0, file + ": ");
  return status;
}

Status import_config(Authority& a, const Seed& seed) {
  const std::string& name = seed.tenant_name;
  auto plan = plan_import(a.store, a.secrets, seed.tenant.config);
  if (!plan) return in_file(name, std::move(plan).error());
  std::vector<std::string> warnings = seed.tenant.warnings;
  warnings.insert(warnings.end(), plan->warnings.begin(), plan->warnings.end());
  for (const auto& warning : warnings) log_event("warning", "config", {{"file", name}, {"text", warning}});
  return in_file(name, apply(a.store, *std::move(plan)));
}

Status import_seed_users(Authority& a, const Seed& seed) {
  const auto& t = *a.tenant();
  auto imported = import_users(a.store, seed.users, {t.first_database(), "auth0", false, true, true, a.clock.now()});
  if (!imported) return in_file(seed.users_name, std::move(imported).error());
  if (imported->total == 0) return in_file(seed.users_name, invalid_option("must be a JSON array of users"));
  for (const auto& m : imported->mistakes)
    log_event("warning", "users",
              {{"file", seed.users_name}, {"line", m.line}, {"index", m.index}, {"text", m.message}});
  const bool nobody_is_good = static_cast<std::int64_t>(imported->mistakes.size()) == imported->total;
  if (!nobody_is_good) return ok();
  const auto& first = imported->mistakes.front();
  return in_file(seed.users_name, invalid_option(place_of(first) + ": " + first.message));
}

Status import_once(Authority& a, const Seed& seed) {
  if (seed.tenant.config.is_object())
    if (auto done = import_config(a, seed); !done) return done;
  auto tenant = load_tenant(a.store, a.secrets);
  if (!tenant) return std::move(tenant).error();
  a.set_tenant(*tenant);
  return seed.users.empty() ? ok() : import_seed_users(a, seed);
}

}  // namespace

// Of several nodes that start with the same files at once, one is the first; the others read again, and find it done.
Status import_seed(Authority& a, const Seed& seed) {
  constexpr int most_tries = 10;
  for (int tries = 1;; ++tries)
    if (auto done = import_once(a, seed); done || done.error().reason != "store_conflict" || tries == most_tries)
      return done;
}

}  // namespace ostia::authority
