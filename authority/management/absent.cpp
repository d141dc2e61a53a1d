// What the vendor has and this version has not, where programs go on with an empty answer and stop at a 404.
#include "management/call.hpp"

namespace ostia::authority::management {
namespace {

struct Absent {
  const char *path, *scope, *id, *answer;
};
constexpr Absent absent[] = {
    {"prompts/{prompt}/custom-text/{language}", "read:prompts", "get_prompt_text", "{}"},
    {"prompts/{prompt}/partials", "read:prompts", "get_prompt_partials", "{}"},
    {"prompts/rendering", "read:prompts", "list_prompt_renderings", R"({"configs":[]})"},
    {"branding/phone/providers", "read:phone_providers", "list_phone_providers", R"({"providers":[]})"},
    {"branding/phone/templates", "read:phone_templates", "list_phone_templates", R"({"templates":[]})"},
    {"self-service-profiles", "read:self_service_profiles", "list_self_service_profiles", "[]"},
    {"forms", "read:forms", "list_forms", R"({"forms":[]})"},
    {"flows", "read:flows", "list_flows", R"({"flows":[]})"},
    {"flows/vault/connections", "read:flows_vault_connections", "list_vault_connections", R"({"connections":[]})"},
    {"event-streams", "read:event_streams", "list_event_streams", R"({"eventStreams":[]})"},
    {"token-exchange-profiles", "read:token_exchange_profiles", "list_token_exchange_profiles",
     R"({"token_exchange_profiles":[]})"},
    {"organizations/{id}/client-grants", "read:organization_client_grants", "list_organization_client_grants", "[]"},
    {"actions/modules", "read:actions", "list_action_modules", R"({"modules":[]})"},
    {"hooks", "read:hooks", "list_hooks", "[]"},
};

Handling answer(Authority&, Call, const void* subject) {
  auto body = json::parse(static_cast<const Absent*>(subject)->answer);
  if (!body) co_return std::move(body).error();
  co_return Reply{200, *std::move(body)};
}

}  // namespace

Routes absent_routes() {
  Routes out;
  for (const auto& one : absent)
    out.push_back(on("GET", one.path, one.scope, one.id, "Nothing: this version has none", answer, &one)
                      .asks({"page", "per_page", "include_totals", "from", "take", "disabled", "type", "hydrate"}));
  return out;
}

}  // namespace ostia::authority::management
