// `/account/not-me`: where the button of a notice leads. Whoever reads the mail says that it was not them: what had
// been added is taken away, everything that is signed in is signed out, and a new password comes next (ASVS 6.3.7).
#include "accounts/endings.hpp"
#include "accounts/identities.hpp"
#include "accounts/notices.hpp"
#include "accounts/registration.hpp"
#include "flow/account.hpp"
#include "grants/consent.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/url/url.hpp"
#include "self_service/endpoints.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

constexpr std::string_view page_purpose = "not_me_page";
constexpr const char* path = "/account/not-me";

Response over(const pages::Look& look) {
  return pages::error(look,
                      {.status = 400, .key = "link_over", .code = "invalid_request: unknown, used or expired ticket"});
}

// What takes away what was added. What has gone already is no reason not to do the rest.
std::vector<Statement> take_away(const Report& report, std::int64_t now) {
  const std::string &user_id = report.user.id, &id = report.happening.id;
  std::vector<Statement> out;
  switch (report.happening.what) {
    case Notice::factor_added:
    case Notice::passkey_added:
      out.push_back({"DELETE FROM authenticators WHERE user_id = $1 AND id = $2", {user_id, id}});
      // A recovery code helps to a factor that is there; one that came with this one goes with it.
      out.push_back(
          {"DELETE FROM authenticators WHERE user_id = $1 AND type = 'recovery-code' AND NOT EXISTS (SELECT 1 "
           "FROM authenticators AS other WHERE other.user_id = $1 AND other.confirmed = 1 AND other.type NOT "
           "IN ('recovery-code', 'passkey'))",
           {user_id}});
      break;
    case Notice::identity_linked:
      out = unlink(user_id, id, now);
      for (auto& statement : out) statement.must_match = false;
      break;
    case Notice::application_connected: out = withdraw(user_id, id, now); break;
    default: break;
  }
  return out;
}

Async<Unit> end_it(Authority& a, Report report) {
  const std::int64_t now = a.clock.now();
  CO_TRY(auto statements, sessions_ended(a, {.user_id = report.user.id}));
  statements.push_back(mark_used(report.ticket, report.until));
  append(statements, take_away(report, now));
  append(statements, end_everything(report.user.id, now));
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  co_return Unit{};
}

}  // namespace

Answering show_not_me(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const auto tenant = a.tenant();
  const auto look = look_for(*tenant, request, query.get("ui_locales"));
  CO_AWAIT(const auto report, open_report(a, std::string(query.get("ticket"))));
  if (!report) co_return pages::trouble(look, report.error());
  if (!*report) co_return over(look);
  pages::FormPage page{.status = 200,
                       .heading = look.texts.get("not_me.title"),
                       .text = describe(look.texts, look.tenant, (*report)->happening),
                       .action = path,
                       .hidden = {{"ticket", (*report)->ticket}}};
  page.list = {look.texts.get("not_me.text")};
  page.buttons = {{"default", look.texts.get("not_me.button")}};
  page.links = {{look.texts.get("not_me.was_me"), look.texts.get("account.title"), "/account"}};
  co_return link_page(a, request, look, std::move(page), page_purpose);
}

Answering submit_not_me(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const std::string ticket(form.get("ticket"));
  const auto tenant = a.tenant();
  const auto look = look_for(*tenant, request, {});
  if (auto refused = refuse_robot(a, request, form, page_purpose, std::string(path) + "?ticket=" + ticket))
    co_return *std::move(refused);
  CO_AWAIT(const auto report, open_report(a, ticket));
  if (!report) co_return pages::trouble(look, report.error());
  if (!*report) co_return over(look);
  CO_AWAIT(const auto ended, end_it(a, **report));
  if (!ended && ended.error().reason == "store_conflict") co_return over(look);
  if (!ended) co_return pages::trouble(look, ended.error());
  const User& user = (*report)->user;
  record(a, request,
         {.type = "slo",
          .description = "Everything ended by its owner, who says that it was not them",
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.connection});
  // The mailbox that an account had before must not choose its password.
  const bool has_address = (*report)->happening.what != Notice::email_changed;
  if (has_address && may_change_password(*tenant, user))
    co_return redirect(request.issuer + "u/reset-password?ticket=" + seal_reset(a, user, {}));
  co_return pages::message(look, look.texts.get("not_me.done.title"), look.texts.get("not_me.done.text"));
}

}  // namespace ostia::authority
