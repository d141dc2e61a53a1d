#include "accounts/notices.hpp"
#include "accounts/users.hpp"

#include "messages/mails.hpp"
#include "pages/device_name.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 7 * 24 * 3600;  // seconds: a mail may be read after a week away
constexpr const char* purpose = "account_notice";

struct Named {
  Notice what;
  std::string_view name;
};
constexpr Named names[] = {{Notice::password_changed, "password_changed"},
                           {Notice::factor_added, "factor_added"},
                           {Notice::factor_removed, "factor_removed"},
                           {Notice::passkey_added, "passkey_added"},
                           {Notice::passkey_removed, "passkey_removed"},
                           {Notice::identity_linked, "identity_linked"},
                           {Notice::identity_unlinked, "identity_unlinked"},
                           {Notice::email_changed, "email_changed"},
                           {Notice::login_after_failures, "login_after_failures"},
                           {Notice::new_browser, "new_browser"},
                           {Notice::new_country, "new_country"},
                           {Notice::application_connected, "application_connected"}};

std::string_view name_of(Notice what) {
  for (const auto& one : names)
    if (one.what == what) return one.name;
  return {};
}

std::optional<Notice> notice_named(std::string_view name) {
  for (const auto& one : names)
    if (one.name == name) return one.what;
  return {};
}

// What a sign-in is called is known by the request alone.
std::string name_of(const Texts& texts, const Request& request, const Happening& happening) {
  if (happening.what == Notice::new_browser) return describe_device(texts, request.header("user-agent"));
  return happening.what == Notice::new_country ? country_of(request) : happening.name;
}

}  // namespace

std::string describe(const Texts& texts, const std::string& tenant, const Happening& happening) {
  return texts.get("mail.account_notice." + std::string(name_of(happening.what)),
                   {{"tenant", tenant}, {"name", happening.name}});
}

std::optional<Statement> notice(const Authority& a, const Request& request, const User& user, Happening happening) {
  const auto tenant = a.tenant();
  if (!tenant->sends("account_notice") || user.email.empty()) return {};
  const Texts& texts = Texts::choose(accepted_languages(request.header("accept-language")), tenant->enabled_locales);
  happening.name = name_of(texts, request, happening);
  const std::string ticket = seal_ticket(a, purpose,
                                         Value::object({{"user_id", user.id},
                                                        {"email", user.email},
                                                        {"what", name_of(happening.what)},
                                                        {"id", happening.id},
                                                        {"name", happening.name}}),
                                         lifetime);
  MessageValues values;
  values.link = request.issuer + "account/not-me?ticket=" + ticket;
  values.address = request.peer;
  values.what = describe(texts, tenant->name, happening);
  values.user = Value::object({{"email", user.email}, {"name", user.profile["name"]}, {"user_id", user.id}});
  return a.outbox.queue(compose_mail(*tenant, texts, "account_notice", user.email, nullptr, values));
}

Async<std::optional<Report>> open_report(Authority& a, std::string ticket) {
  const auto v = open_ticket(a, purpose, ticket);
  const auto what = v ? notice_named((*v)["what"].text()) : std::nullopt;
  if (!what) co_return std::optional<Report>();
  CO_TRY(const auto used, was_used(a, ticket));
  CO_TRY(const auto user, find_user(a.store, (*v)["user_id"].text()));
  // A link ends with the address that it went to, but for the one that tells of just that.
  const bool is_theirs = user && (user->email == (*v)["email"].text() || *what == Notice::email_changed);
  if (used || !is_theirs) co_return std::optional<Report>();
  co_return std::optional(Report{
      *user, {*what, (*v)["id"].text(), (*v)["name"].text()}, std::move(ticket), (*v)["until"].as_int().value_or(0)});
}

}  // namespace ostia::authority
