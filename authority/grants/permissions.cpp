#include "grants/permissions.hpp"

#include <set>

#include "ostia/text/ascii.hpp"
#include "protocol/words.hpp"
#include "tenant/administrators.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

void add_role(const Tenant& tenant, std::string_view id, const std::string& audience, std::set<std::string>& out) {
  const auto role = tenant.roles.find(id);
  if (role == tenant.roles.end()) return;
  for (const auto& [api, permission] : role->second.permissions)
    if (api == audience) out.insert(permission);
}

Async<std::set<std::string>> permissions_of(Authority& a, const Grant& g) {
  const auto tenant = a.tenant();
  std::set<std::string> out;
  CO_TRY(const auto roles, a.store.query({"SELECT role_id FROM user_roles WHERE user_id = $1", {g.user_id}}));
  for (const auto& row : roles) add_role(*tenant, text_at(row, 0), g.audience, out);
  CO_TRY(const auto own, a.store.query({"SELECT permission FROM user_permissions WHERE user_id = $1 AND audience = $2",
                                        {g.user_id, g.audience}}));
  for (const auto& row : own) out.insert(text_at(row, 0));
  if (g.organization.empty()) co_return out;
  CO_TRY(const auto member,
         a.store.query({"SELECT roles FROM organization_members WHERE organization_id = $1 AND user_id = $2",
                        {g.organization, g.user_id}}));
  for (const auto& row : member)
    if (const auto list = json::parse(text_at(row, 0)))
      for (const auto& id : texts(*list)) add_role(*tenant, id, g.audience, out);
  co_return out;
}

// Who is no administrator may know who they are, and nothing else.
Async<Grant> for_dashboard(Authority& a, Grant g) {
  CO_TRY(const auto is_one, is_administrator(a.store, g.user_id));
  if (is_one) co_return g;
  g.scope = Words(g.scope).where([&](auto word) { return !contains(a.management_scopes, word); }).text();
  co_return g;
}

}  // namespace

// AZ-1707 · Auth0: enforce_policies
Async<Grant> apply_policies(Authority& a, Grant g) {
  const auto tenant = a.tenant();
  if (g.client_id == dashboard_client().id) CO_RETURN(for_dashboard(a, std::move(g)));
  const auto api = tenant->find_api(g.audience);
  if (!api) co_return g;
  // What the API does not list any more is nobody's; what a rule or an action has added is theirs to answer for.
  const auto is_listed = [&](auto word) {
    return is_openid_scope(word) || contains(api->scopes, word) || text::has_word(g.scripted, word);
  };
  g.scope = Words(g.scope).where(is_listed).text();
  if (!api->enforces_policies) co_return g;
  CO_TRY(const auto permitted, permissions_of(a, g));
  const auto is_permitted = [&](auto word) {
    return !contains(api->scopes, word) || permitted.contains(std::string(word)) || text::has_word(g.scripted, word);
  };
  g.scope = Words(g.scope).where(is_permitted).text();
  if (api->tells_permissions) {
    g.permissions = Value::array();
    for (const auto& one : permitted) g.permissions.push_back(one);
  }
  co_return g;
}

}  // namespace ostia::authority
