#include "protocol/gate.hpp"

#include <algorithm>

#include "protocol/age.hpp"
#include "protocol/dpop.hpp"

namespace ostia::authority::protocol {
namespace {

constexpr Way at_authorize[] = {Way::page, Way::silent, Way::device_page};
constexpr Way with_pages[] = {Way::page, Way::device_page};
constexpr Way for_tokens[] = {Way::code, Way::refresh, Way::direct, Way::second_factor, Way::device, Way::exchange};
// What had begun before, and must not outlive what it stands on. A refresh token is taken away by what ends it.
constexpr Way begun_before[] = {Way::code, Way::second_factor, Way::device, Way::exchange};
constexpr Way with_agreement[] = {Way::code, Way::refresh, Way::second_factor, Way::device, Way::exchange};
constexpr Way with_session[] = {Way::code, Way::device, Way::second_factor};
constexpr Way with_transfer[] = {Way::code, Way::refresh};
constexpr Way all[] = {Way::page,   Way::silent,        Way::device_page, Way::code,    Way::refresh,
                       Way::direct, Way::second_factor, Way::device,      Way::exchange};
// Rules, actions and what they ask for were asked when a code was made; a device's run when it gets its tokens.
constexpr Way with_scripts[] = {Way::page, Way::silent, Way::refresh, Way::direct, Way::device, Way::exchange};
constexpr Way with_factor[] = {Way::page,   Way::silent, Way::device_page, Way::refresh,
                               Way::direct, Way::device, Way::exchange};
// A refresh token is asked where it goes to another API than the one that was agreed to.
constexpr Way with_consent[] = {Way::page, Way::silent, Way::device_page, Way::exchange, Way::refresh};
constexpr Way page_only[] = {Way::page};
// What may be bound to a key already.
constexpr Way with_key[] = {Way::code, Way::refresh, Way::second_factor};
constexpr Way with_tokens[] = {Way::page,   Way::silent,        Way::code,   Way::refresh,
                               Way::direct, Way::second_factor, Way::device, Way::exchange};

const Person& who(const Facts& f) { return *f.person; }

bool has_logged_in_lately(const Facts& f) {
  if (who(f).is_fresh) return true;
  if (f.has_invitation) return false;  // nobody joins an organization by a link that they followed
  if (f.prompts_login || (f.prompts_select_account && !who(f).is_chosen)) return false;
  return !f.max_age || (*f.max_age > 0 && is_recent(who(f).auth_time, f.now, *f.max_age));
}

bool has_shown_factor(const Facts& f) {
  constexpr std::int64_t patience = 60;  // seconds: a login with a second factor takes as long
  if (f.factors->was_shown_before) return true;
  const auto& at = who(f).second_factor_at;
  return at && (!f.second_factor_age || is_recent(*at, f.now, std::max(*f.second_factor_age, patience)));
}

bool is_fine(const std::optional<Status>& fact) { return fact->has_value(); }

constexpr std::string_view log_in = "login_required", log_in_text = "Login required", grant = "invalid_grant";

constexpr std::string_view no_factor = "A second factor is required, and this tenant has none turned on",
                           factor_wanted = "Multifactor authentication required";

constexpr Rule table[] = {
    // What is presented, its person and what has become of both since.
    {.label = "person_is_known",
     .standard = "RFC 6749 section 10.3",
     .needs = Need::person,
     .ways = for_tokens,
     .token_error = grant,
     .reason = "user_gone",
     .holds = [](const Facts& f) { return who(f).is_there; }},
    {.label = "person_is_not_blocked",
     .standard = "Auth0: blocked users",
     .ids = "AZ-1210",
     .needs = Need::person,
     .ways = for_tokens,
     .token_error = "unauthorized",
     .token_description = "user is blocked",
     .reason = "user_blocked",
     .holds = [](const Facts& f) { return !who(f).is_blocked; }},
    {.label = "nothing_has_ended_it",
     .standard = "RFC 9700 section 4.14.2",
     .ids = "AZ-411, AZ-1210",
     .needs = Need::person,
     .ways = begun_before,
     .token_error = grant,
     .reason = "credential_changed",
     .holds = [](const Facts& f) { return who(f).is_of_this_epoch; }},
    {.label = "session_stands",
     .standard = "ASVS 7.4.1",
     .needs = Need::person,
     .ways = with_session,
     .token_error = grant,
     .reason = "session_ended",
     .holds = [](const Facts& f) { return !who(f).session_has_ended; }},
    {.label = "transfer_stands",
     .standard = "Auth0: session_transfer.enforce_cascade_revocation, enforce_online_refresh_tokens",
     .needs = Need::person,
     .ways = with_transfer,
     .token_error = grant,
     .reason = "session_transfer_ended",
     .holds = [](const Facts& f) { return !who(f).transfer_has_ended; }},
    {.label = "agreement_stands",
     .standard = "OpenID Connect Core section 3.1.2.4",
     .needs = Need::person,
     .ways = with_agreement,
     .token_error = grant,
     .reason = "access_withdrawn",
     .holds = [](const Facts& f) { return !who(f).is_withdrawn; }},
    {.label = "key_is_the_same",
     .standard = "RFC 9449 sections 5 and 10",
     .ids = "AZ-642",
     .needs = Need::person,
     .ways = with_key,
     .token_error = grant,
     .token_description = "It is bound to a key or a certificate, which this request does not show",
     .reason = "proof_of_another_key",
     .holds = [](const Facts& f) { return !f.has_other_key; }},
    {.label = "proof_is_enough",
     .standard = "RFC 9449 section 5.2; Auth0: proof_of_possession",
     .ids = "AZ-644",
     .needs = Need::person,
     .ways = with_tokens,
     .error = "invalid_request",
     .description = proof_wanted,
     .token_error = "invalid_request",
     .token_description = proof_wanted,
     .reason = "proof_missing",
     .status = 400,
     .holds = [](const Facts& f) { return !f.lacks_proof; }},
    // The login.
    {.label = "session_is_there",
     .standard = "OpenID Connect Core section 3.1.2.3",
     .ids = "AZ-201, AZ-202",
     .needs = Need::person,
     .ways = at_authorize,
     .page = Page::login,
     .error = log_in,
     .description = log_in_text,
     .holds = [](const Facts& f) { return who(f).is_there; }},
    {.label = "organization_is_named",
     .standard = "Auth0: organization_usage",
     .ids = "AZ-1702, AZ-1705",
     .needs = Need::person,
     .ways = all,
     .page = Page::login,
     .error = log_in,
     .description = log_in_text,
     .token_error = grant,
     .token_description = "The application takes logins to an organization only",
     .reason = "organization_missing",
     .holds = [](const Facts& f) { return !f.lacks_organization; }},
    {.label = "door_is_open",
     .standard = "Auth0: enabled_clients",
     .ids = "AZ-1704",
     .needs = Need::person,
     .ways = all,
     .page = Page::login,
     .error = log_in,
     .description = log_in_text,
     .token_error = grant,
     .token_description = "The connection that this login came by is not enabled for the application",
     .reason = "connection_closed",
     .holds = [](const Facts& f) { return who(f).door_is_open; }},
    {.label = "hint_is_theirs",
     .standard = "OpenID Connect Core section 3.1.2.1: id_token_hint",
     .ids = "AZ-208",
     .needs = Need::person,
     .ways = at_authorize,
     .page = Page::login,
     .error = log_in,
     .description = log_in_text,
     .holds = [](const Facts& f) { return who(f).agrees_with_hint; }},
    {.label = "login_is_recent",
     .standard = "OpenID Connect Core section 3.1.2.1: max_age, prompt",
     .ids = "AZ-206, AZ-207",
     .needs = Need::person,
     .ways = at_authorize,
     .page = Page::login,
     .error = log_in,
     .description = log_in_text,
     .holds = has_logged_in_lately},
    {.label = "account_is_at_the_upstream",
     .standard = "Auth0: connection",
     .ids = "AZ-1605",
     .needs = Need::person,
     .ways = page_only,
     .page = Page::login,
     .holds = [](const Facts& f) { return who(f).is_at_upstream; }},
    // What they may have.
    {.label = "person_is_member",
     .standard = "Auth0: organizations",
     .ids = "AZ-1703, AZ-1706",
     .needs = Need::membership,
     .ways = all,
     .holds = [](const Facts& f) { return is_fine(f.membership); }},
    {.label = "access_is_possible",
     .standard = "RFC 6749 section 3.3",
     .ids = "AZ-213, AZ-1707",
     .needs = Need::access,
     .ways = all,
     .holds = [](const Facts& f) { return is_fine(f.access); }},
    {.label = "scripts_let_in",
     .standard = "Auth0: rules and actions",
     .ids = "AZ-1502, AZ-1504",
     .needs = Need::scripts,
     .ways = with_scripts,
     .holds = [](const Facts& f) { return is_fine(f.scripts); }},
    {.label = "scripts_send_nowhere",
     .standard = "OpenID Connect Core section 3.1.2.6",
     .ids = "AZ-1503",
     .needs = Need::scripts,
     .ways = with_scripts,
     .page = Page::elsewhere,
     .error = "interaction_required",
     .description = "Interaction required",
     .token_error = "interaction_required",
     .token_description = "Interaction required",
     .reason = "rule_redirects",
     .holds = [](const Facts& f) { return !f.scripts_redirect; }},
    {.label = "second_factor_can_be_shown",
     .standard = "Auth0: guardian/factors",
     .needs = Need::factors,
     .ways = with_factor,
     .error = "access_denied",
     .description = no_factor,
     .token_error = "access_denied",
     .token_description = no_factor,
     .reason = "mfa_factor_missing",
     .holds = [](const Facts& f) { return !f.factors->is_wanted || f.factors->tenant_has_any || has_shown_factor(f); }},
    {.label = "second_factor_is_shown",
     .standard = "OpenID Connect Core section 3.1.2.1: acr_values",
     .ids = "AZ-1401, AZ-1407, AZ-1408",
     .needs = Need::factors,
     .ways = with_factor,
     .page = Page::second_factor,
     .error = log_in,  // and not `interaction_required`: what the vendor says, and its SDKs wait for
     .description = factor_wanted,
     .token_error = "mfa_required",
     .token_description = factor_wanted,
     .reason = "mfa_required",
     .holds = [](const Facts& f) { return !f.factors->is_wanted || has_shown_factor(f); }},
    {.label = "consent_is_given",
     .standard = "OpenID Connect Core section 3.1.2.4",
     .ids = "AZ-203, AZ-204, AZ-205",
     .needs = Need::consent,
     .ways = with_consent,
     .page = Page::consent,
     .error = "consent_required",
     .description = "Consent required",
     .token_error = "consent_required",
     .token_description = "Consent required",
     .reason = "consent_missing",
     .holds = [](const Facts& f) { return !*f.consent_is_missing; }},
    {.label = "passkey_was_offered",
     .standard = "Auth0: passkeys",
     .needs = Need::passkey,
     .ways = page_only,
     .page = Page::passkey,
     .holds = [](const Facts& f) { return who(f).was_offered_passkey || !*f.passkey_is_offered; }},
};

bool contains(std::span<const Way> ways, Way way) { return std::find(ways.begin(), ways.end(), way) != ways.end(); }

bool is_known(const Facts& f, Need need) {
  switch (need) {
    case Need::person: return f.person.has_value();
    case Need::membership: return f.membership.has_value();
    case Need::access: return f.access.has_value();
    case Need::scripts: return f.scripts.has_value();
    case Need::factors: return f.factors.has_value();
    case Need::consent: return f.consent_is_missing.has_value();
    case Need::passkey: return f.passkey_is_offered.has_value();
  }
  return false;
}

const Error* error_of(const Facts& f, Need need) {
  const auto& fact = need == Need::membership ? f.membership : need == Need::access ? f.access : f.scripts;
  return fact && !*fact ? &fact->error() : nullptr;
}

Refuse refuse(const Rule& rule, const Facts& f) {
  const bool is_for_token = contains(for_tokens, f.way);
  const std::string_view code = is_for_token ? rule.token_error : rule.error;
  if (code.empty())
    if (const Error* own = error_of(f, rule.needs)) return {&rule, *own};
  const std::string_view description = is_for_token ? rule.token_description : rule.description;
  return {&rule, {std::string(code), std::string(description), std::string(rule.reason), rule.status, Fault::caller}};
}

// An application that names an upstream sends its people there, unless they are to choose among accounts.
Next login(const Facts& f) {
  const bool chooses = who(f).is_there && who(f).is_at_upstream && f.prompts_select_account;
  if (f.names_upstream && !f.lacks_organization && !chooses) return Depart{};
  return Show{Page::login};
}

}  // namespace

std::span<const Rule> rules() { return table; }

Next next_step(const Facts& f) {
  for (const Rule& rule : table) {
    if (!contains(rule.ways, f.way)) continue;
    if (!is_known(f, rule.needs)) return rule.needs;
    if (rule.holds(f)) continue;
    if (rule.page == Page::none || !contains(with_pages, f.way)) return refuse(rule, f);
    return rule.page == Page::login ? login(f) : Next(Show{rule.page});
  }
  return Allow{};
}

}  // namespace ostia::authority::protocol
