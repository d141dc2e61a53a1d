// `/account`: what people see and change of their own account: the password, second factors, sessions, and what
// applications may do in their name. It takes a fresh login, and the second factor of those who have one (ASVS 7.5).

#include <algorithm>

#include "accounts/endings.hpp"
#include "accounts/identities.hpp"
#include "accounts/notices.hpp"
#include "accounts/users.hpp"
#include "flow/account.hpp"
#include "flow/upstream.hpp"
#include "grants/consent.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "mfa/factors.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "self_service/endpoints.hpp"
#include "self_service/holdings.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

constexpr std::int64_t page_lifetime = 3600;  // seconds

pages::AccountSection session_section(const pages::Look& look, const Holdings& holdings, const Session& own) {
  const Texts& t = look.texts;
  pages::AccountSection out{t.get("account.sessions"), "", {}, {}};
  for (const auto& session : holdings.sessions) {
    const bool is_own = session.id == own.id;
    const std::string detail = t.get(is_own ? "account.session.own" : "account.session.detail",
                                     {{"ip", session.body["address"].text()}, {"time", short_time(session.used_at)}});
    out.rows.push_back({describe_device(t, session.body["user_agent"].text()), detail,
                        is_own ? "" : "end_session:" + session.id, t.get("account.session.end")});
  }
  if (holdings.sessions.size() > 1) out.buttons.push_back({"end_others", t.get("account.session.end_others"), true});
  return out;
}

pages::AccountRow row_of(const Texts& t, const Authenticator& factor) {
  const std::string& address = factor.body["address"].text();
  const std::string since = t.get("account.since", {{"time", short_time(factor.created_at)}});
  return {t.get("mfa.by." + factor.type), address.empty() ? since : masked(address) + " · " + since,
          "remove_factor:" + factor.id, t.get("account.remove")};
}

pages::AccountSection factor_section(const pages::Look& look, const Holdings& holdings) {
  const Texts& t = look.texts;
  pages::AccountSection out{t.get("account.factors"), t.get("account.factors.none"), {}, {}};
  for (const auto& factor : holdings.factors) out.rows.push_back(row_of(t, factor));
  if (holdings.may_add_factor) out.buttons.push_back({"add_factor", t.get("account.factors.add"), true});
  return out;
}

pages::AccountSection passkey_section(const pages::Look& look, const Holdings& holdings) {
  pages::AccountSection out{look.texts.get("account.passkeys"), "", {}, {}};
  for (const auto& passkey : holdings.passkeys) out.rows.push_back(row_of(look.texts, passkey));
  return out;
}

pages::AccountSection identity_section(const Tenant& tenant, const pages::Look& look, const Holdings& holdings) {
  const Texts& t = look.texts;
  pages::AccountSection out{t.get("account.identities"), "", {}, {}};
  for (const auto& identity : holdings.identities) {
    const auto c = tenant.find_connection(identity.connection);
    const std::string name = identity.login_name().empty() ? identity.id : identity.login_name();
    out.rows.push_back(
        {c ? upstream::display_name(*c) : identity.connection, name, "unlink:" + identity.id, t.get("account.remove")});
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

pages::AccountSection application_section(const pages::Look& look, const Holdings& holdings) {
  const Texts& t = look.texts;
  pages::AccountSection out{t.get("account.applications"), t.get("account.applications.none"), {}, {}};
  for (const auto& [client_id, application] : holdings.applications)
    out.rows.push_back(
        {application.name, joined(application.scopes), "withdraw:" + client_id, t.get("account.withdraw")});
  return out;
}

// What has just been done, if the query says one of ours.
std::string notice_of(const pages::Look& look, std::string_view done) {
  const std::string key = "account.done." + std::string(done);
  return !done.empty() && look.texts.has(key) ? look.texts.get(key) : "";
}

Answer account_page(Authority& a, const Request& request, SignedIn who) {
  const Parameters query(url::parse_form(request.query));
  const auto tenant = a.tenant();
  const auto look = look_for(*tenant, request, query.get("ui_locales"));
  CO_AWAIT(const auto holdings, read_holdings(a, who.user));
  if (!holdings) co_return pages::trouble(look, holdings.error());
  const Texts& t = look.texts;
  pages::AccountPage page;
  page.heading = t.get("account.title");
  page.text = t.get("account.text", {{"user", who.user.login_name()}, {"tenant", look.tenant}});
  page.notice = notice_of(look, query.get("done"));
  page.hidden = {{"state", seal_ticket(a, "account", Value::object({{"session", who.session.id}}), page_lifetime)}};
  if (may_change_password(*tenant, who.user))
    page.sections.push_back({t.get("password"), "", {}, {{"password", t.get("account.password.change"), true}}});
  if (!holdings->passkeys.empty()) page.sections.push_back(passkey_section(look, *holdings));
  page.sections.push_back(factor_section(look, *holdings));
  if (!holdings->identities.empty()) page.sections.push_back(identity_section(*tenant, look, *holdings));
  page.sections.push_back(session_section(look, *holdings, who.session));
  page.sections.push_back(application_section(look, *holdings));
  page.buttons = {{"log_out", t.get("logout.yes")}};
  co_return pages::account(look, page);
}

Response trouble(const Authority& a, const Request& request, const Error& why) {
  return pages::trouble(look_for(*a.tenant(), request, {}), why);
}

// A login for this page that a rule, an action or a policy has refused. Anybody can write such an address, so nothing
// of it is shown but what looks like a code; the tenant's log has the rest.
Response refused(const Authority& a, const Request& request, std::string_view code) {
  const auto is_of_code = [](char c) { return text::is_lower(c) || c == '_'; };
  const bool is_code = code.size() <= 40 && std::all_of(code.begin(), code.end(), is_of_code);
  return pages::error(look_for(*a.tenant(), request, {}),
                      {.status = 403, .key = "account_refused", .code = is_code ? std::string(code) : "access_denied"});
}

Response done(const Request& request, const char* what) { return redirect(request.issuer + "account?done=" + what); }

Answer end_sessions(Authority& a, const Request& request, const SignedIn& who, std::string id) {
  CO_AWAIT(const auto holdings, read_holdings(a, who.user));
  if (!holdings) co_return trouble(a, request, holdings.error());
  for (const auto& session : holdings->sessions) {
    if (session.id == who.session.id || (!id.empty() && session.id != id)) continue;
    CO_AWAIT(const auto ended, end_sessions(a, {.session_id = session.id}));
    if (!ended) co_return trouble(a, request, ended.error());
    record(a, request,
           {.type = "slo",
            .description = "Session ended by its owner",
            .user_id = who.user.id,
            .user_name = who.user.login_name()});
  }
  co_return done(request, "session");
}

Answer remove_factor(Authority& a, const Request& request, const SignedIn& who, std::string id) {
  CO_AWAIT(const auto removed, remove_authenticator(a, request, who.user, std::move(id)));
  if (!removed) co_return trouble(a, request, removed.error());
  record(a, request,
         {.type = "gd_unenroll",
          .description = "Second factor removed by its owner",
          .user_id = who.user.id,
          .user_name = who.user.login_name()});
  co_return done(request, "factor");
}

Answer unlink_identity(Authority& a, const Request& request, const SignedIn& who, std::string id) {
  auto statements = unlink(who.user.id, id, a.clock.now());
  if (auto mail = notice(a, request, who.user, {Notice::identity_unlinked, {}, id}))
    statements.push_back(*std::move(mail));
  CO_AWAIT(const auto stored, a.store.commit(std::move(statements)));
  if (!stored && stored.error().reason != "store_unmatched") co_return trouble(a, request, stored.error());
  a.outbox.wake();
  record(a, request,
         {.type = "sapi",
          .description = "Identity unlinked by its owner: " + id,
          .user_id = who.user.id,
          .user_name = who.user.login_name()});
  co_return done(request, "identity");
}

Answer take_access_away(Authority& a, const Request& request, const SignedIn& who, std::string client_id) {
  CO_AWAIT(const auto stored, a.store.commit(withdraw(who.user.id, client_id, a.clock.now())));
  if (!stored) co_return trouble(a, request, stored.error());
  record(a, request,
         {.type = "srrt",
          .description = "Access withdrawn by its owner",
          .client_id = client_id,
          .user_id = who.user.id,
          .user_name = who.user.login_name()});
  co_return done(request, "application");
}

}  // namespace

Answering show_account(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  if (query.has("error")) co_return refused(a, request, query.get("error"));
  CO_AWAIT(const auto who, account_owner(a, request));
  if (!who) co_return trouble(a, request, who.error());
  if (!*who) CO_RETURN(log_in_for_account(a, request));
  CO_RETURN(account_page(a, request, **who));
}

Answering submit_account(Authority& a, Request request) {
  const Parameters form = read_form(request);
  CO_AWAIT(const auto who, account_owner(a, request));
  if (!who) co_return trouble(a, request, who.error());
  if (!*who) CO_RETURN(log_in_for_account(a, request));
  const auto ticket = open_ticket(a, "account", form.get("state"));
  if (!ticket || (*ticket)["session"] != Value((*who)->session.id)) co_return stale_page(a, request);
  const std::string_view action = form.get("action");
  const auto colon = action.find(':');
  const std::string_view verb = action.substr(0, colon);
  const std::string what(colon == action.npos ? "" : action.substr(colon + 1));
  if (verb == "password") co_return redirect(request.issuer + "account/password");
  if (verb == "add_factor") CO_RETURN(enrol_for_account(a, request));
  if (verb == "log_out") co_return redirect(request.issuer + "v2/logout");
  if (verb == "end_others" || (verb == "end_session" && !what.empty()))
    CO_RETURN(end_sessions(a, request, **who, what));
  if (verb == "remove_factor") CO_RETURN(remove_factor(a, request, **who, what));
  if (verb == "unlink") CO_RETURN(unlink_identity(a, request, **who, what));
  if (verb == "withdraw") CO_RETURN(take_access_away(a, request, **who, what));
  co_return stale_page(a, request);
}

}  // namespace ostia::authority
