#include "accounts/notices.hpp"
#include "accounts/users.hpp"

#include "messages/mails.hpp"
#include "pages/device_name.hpp"

namespace ostia::authority {
namespace {

const char* name_of(Notice what) {
  switch (what) {
    case Notice::password_changed: return "password_changed";
    case Notice::factor_added: return "factor_added";
    case Notice::factor_removed: return "factor_removed";
    case Notice::email_changed: return "email_changed";
    case Notice::login_after_failures: return "login_after_failures";
    case Notice::new_browser: return "new_browser";
    case Notice::new_country: return "new_country";
  }
  return "";
}

}  // namespace

std::optional<Statement> notice(const Authority& a, const Request& request, const User& user, Notice what) {
  const auto tenant = a.tenant();
  if (!tenant->sends("account_notice") || user.email.empty()) return {};
  const Texts& texts = Texts::choose(accepted_languages(request.header("accept-language")), tenant->enabled_locales);
  MessageValues values;
  values.link = request.issuer + "account";
  values.address = request.peer;
  values.what = texts.get(std::string("mail.account_notice.") + name_of(what),
                          {{"tenant", tenant->name},
                           {"device", describe_device(texts, request.header("user-agent"))},
                           {"country", country_of(request)}});
  values.user = json::Value::object({{"email", user.email}, {"name", user.profile["name"]}, {"user_id", user.id}});
  return a.outbox.queue(compose_mail(*tenant, texts, "account_notice", user.email, nullptr, values));
}

}  // namespace ostia::authority
