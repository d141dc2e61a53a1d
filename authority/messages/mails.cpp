#include "messages/mails.hpp"

#include "base/log.hpp"
#include "messages/liquid.hpp"
#include "pages/pages.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value liquid_values(const Tenant& tenant, const Texts& texts, const Connection* connection, const MessageValues& v) {
  const auto client = tenant.find_client(v.client_id);
  return Value::object(
      {{"user", v.user},
       {"url", v.link},
       {"link", v.link},
       {"code", v.code},
       {"password", v.code},
       {"send", v.code.empty() ? "link" : "code"},
       {"tenant", tenant.name},
       {"friendly_name", tenant.name},
       {"support_email", tenant.support_email},
       {"support_url", tenant.support_url},
       {"request_language", texts.language()},
       {"source_ip", v.address},
       {"what", v.what},
       {"application", Value::object({{"name", client ? client->name : ""}, {"clientID", v.client_id}})},
       {"connection", Value::object({{"name", connection ? connection->name : ""}})}});
}

// `@@name@@`, the vendor's older macros.
std::string replace_macros(std::string text, const Value& values) {
  for (const char* name : {"password", "code", "link", "url", "tenant"}) {
    const std::string macro = std::string("@@") + name + "@@";
    for (auto at = text.find(macro); at != text.npos; at = text.find(macro))
      text.replace(at, macro.size(), values[name].text());
  }
  return text;
}

// A template that does not render must not cost anybody their message: the built-in wording goes out instead.
std::optional<std::string> render(const std::string& source, const Value& values, bool escapes,
                                  const std::string& what) {
  auto rendered = render_liquid(replace_macros(source, values), values, escapes);
  if (rendered) return *std::move(rendered);
  log_event("error", "template_failed", {{"template", what}, {"what", rendered.error().description}});
  return {};
}

// For the text part of a tenant's HTML: no tags, and the few entities that people write.
std::string plain_text(const std::string& html) {
  std::string out;
  bool in_tag = false, in_style = false;
  for (std::size_t i = 0; i < html.size(); ++i) {
    const std::string_view rest = std::string_view(html).substr(i);
    if (rest.starts_with("<style")) in_style = true;
    if (rest.starts_with("</style")) in_style = false;
    if (rest.starts_with("<a ")) {
      const auto href = rest.find("href=\""), end = rest.find('>');
      if (href < end) out += std::string(rest.substr(href + 6, rest.find('"', href + 6) - href - 6)) + " ";
    }
    if (html[i] == '<') in_tag = true;
    if (!in_tag && !in_style && html[i] != '\r') out += html[i];
    if (html[i] == '>') in_tag = false;
  }
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}, {"&amp;", "&"}})
    for (auto at = out.find(entity); at != out.npos; at = out.find(entity, at + 1))
      out.replace(at, std::string_view(entity).size(), character);
  return out;
}

void use_built_in(Message& m, const Tenant& tenant, const Texts& texts, const MessageValues& v) {
  const auto client = tenant.find_client(v.client_id);
  const auto text = [&](const char* part) {
    return texts.get("mail." + m.kind + "." + part, {{"tenant", tenant.name},
                                                     {"code", v.code},
                                                     {"ip", v.address},
                                                     {"what", v.what},
                                                     {"client", client ? client->name : ""},
                                                     {"inviter", v.user["inviter"].text()},
                                                     {"organization", v.user["organization"].text()}});
  };
  const std::string support = tenant.support_email.empty() ? tenant.support_url : tenant.support_email;
  const pages::Mail mail{texts.language(),
                         texts.direction(),
                         text("subject"),
                         text("title"),
                         text("text"),
                         v.link.empty() ? "" : text("button"),
                         texts.get("mail.copy"),
                         support.empty() ? "" : texts.get("contact", {{"support", support}}),
                         tenant.name,
                         tenant.branding.logo,
                         tenant.branding.primary,
                         v.code,
                         v.link};
  m.subject = mail.subject;
  m.html = pages::mail(mail);
  m.text = mail.title + "\n\n" + mail.text + "\n";
  if (!v.code.empty()) m.text += "\n    " + v.code + "\n";
  if (!v.link.empty()) m.text += "\n" + v.link + "\n";
  if (!mail.contact.empty()) m.text += "\n" + mail.contact + "\n";
}

}  // namespace

Message compose_mail(const Tenant& tenant, const Texts& texts, std::string kind, std::string to,
                     const Connection* connection, const MessageValues& v) {
  Message m{
      "email", std::move(to), {}, std::move(kind), {}, {}, {}, v.code, v.link, connection ? connection->name : ""};
  use_built_in(m, tenant, texts, v);
  EmailTemplate own;
  if (const auto it = tenant.email_templates.find(m.kind); it != tenant.email_templates.end()) own = it->second;
  if (connection && m.kind.starts_with("passwordless"))
    own = {true, connection->wording.from, connection->wording.subject, connection->wording.body, "", 0};
  if (!own.enabled) return m;
  m.from = own.from;
  const Value values = liquid_values(tenant, texts, connection, v);
  if (!own.subject.empty())
    if (auto subject = render(own.subject, values, false, m.kind)) m.subject = *subject;
  if (own.body.empty()) return m;
  if (auto html = render(own.body, values, true, m.kind)) {
    m.html = *html;
    m.text = plain_text(*html);
  }
  return m;
}

Message compose_sms(const Tenant& tenant, const Texts& texts, std::string to, const Connection& connection,
                    const MessageValues& v) {
  Message m{"sms",
            std::move(to),
            connection.sms.from,
            v.code.empty() ? "passwordless_link" : "passwordless_code",
            {},
            {},
            {},
            v.code,
            v.link,
            connection.name};
  m.text = texts.get(v.code.empty() ? "sms.link" : "sms.code",
                     {{"tenant", tenant.name}, {"code", v.code}, {"link", v.link}});
  if (!connection.wording.body.empty())
    if (auto own = render(connection.wording.body, liquid_values(tenant, texts, &connection, v), false, m.kind))
      m.text = *own;
  return m;
}

}  // namespace ostia::authority
