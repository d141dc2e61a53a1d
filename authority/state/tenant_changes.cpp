#include "state/tenant_changes.hpp"

#include "store/contention.hpp"

namespace ostia::authority {

using json::Value;

namespace {

Status load_keys_for(Authority& a, const Tenant& tenant) {
  auto loaded = load_keys(a.store, a.secrets, tenant.name, tenant.other_algorithms(), a.clock.now());
  if (!loaded) return std::move(loaded).error();
  a.set_keys(*std::move(loaded));
  return ok();
}

// An algorithm that an API or an application has just chosen has no key yet: it has one before anybody can ask for a
// token by it.
Status complete_keys(Authority& a, const Tenant& tenant) {
  const auto ring = a.keys();
  for (const auto& algorithm : tenant.other_algorithms())
    if (ring && !ring->current(algorithm)) return load_keys_for(a, tenant);
  return ok();
}

}  // namespace

Async<Unit> change_tenant(Authority& a, std::vector<Statement> statements) {
  statements.push_back({"UPDATE revisions SET value = value + 1 WHERE name = 'tenant'", {}});
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  auto loaded = load_tenant(a.store, a.secrets);
  if (!loaded) co_return std::move(loaded).error();
  if (auto keys = complete_keys(a, **loaded); !keys) co_return keys.error();
  a.set_tenant(*std::move(loaded));
  co_return Unit{};
}

Async<Value> edit_document(Authority& a, std::string kind, std::string id, EditDocument edit) {
  Contention contention;
  for (bool goes_on = true; goes_on;) {
    CO_TRY(const auto rows, a.store.query({"SELECT body FROM tenant_objects WHERE kind = $1 AND id = $2", {kind, id}}));
    const std::string before = rows.empty() ? "" : text_at(rows.first(), 0);
    auto body = before.empty() ? Result<Value>(Value()) : json::parse(before);
    if (!body) co_return std::move(body).error();
    if (auto edited = edit(*body); !edited) co_return std::move(edited).error();
    std::vector<Statement> statements;
    if (before.empty())
      statements.push_back(
          {"INSERT INTO tenant_objects (kind, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
           {kind, id, json::write(*body)},
           true});
    else
      statements.push_back(
          {"UPDATE tenant_objects SET body = $3 WHERE kind = $1 AND id = $2 AND body = $4 RETURNING id",
           {kind, id, json::write(*body), before},
           true});
    CO_AWAIT(const auto changed, change_tenant(a, std::move(statements)));
    if (changed) co_return *std::move(body);
    if (changed.error().reason != "store_unmatched") co_return changed.error();
    CO_AWAIT(goes_on, contention.step_back());
  }
  co_return Error{"server_error", "the document is being changed by too many at once; try again", "document_contended",
                  503, Fault::ours};
}

Status follow_tenant(Authority& a) {
  const auto rows = a.store.commit_now({{"SELECT value FROM revisions WHERE name = 'tenant'", {}}});
  if (!rows) return rows.error();
  if (rows->empty() || int_at(rows->first(), 0) == a.tenant()->revision) return ok();
  auto loaded = load_tenant(a.store, a.secrets);
  if (!loaded) return std::move(loaded).error();
  if (auto keys = load_keys_for(a, **loaded); !keys) return keys;
  a.set_tenant(*std::move(loaded));
  return ok();
}

Status reload_keys(Authority& a) { return load_keys_for(a, *a.tenant()); }

}  // namespace ostia::authority
