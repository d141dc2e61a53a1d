#include "messages/transport.hpp"

#include <ctime>

#include "http/client.hpp"
#include "http/curl.hpp"
#include "http/header.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

constexpr curl::Limits mail_limits{.connect_timeout = 5, .timeout = 20};  // less than the outbox's lease

Error failed(std::string what, const char* reason) { return {"send_failed", std::move(what), reason, 0, Fault::peer}; }

// The address of `Name <address>`.
std::string address_of(const std::string& s) {
  const auto open = s.find('<'), close = s.find('>');
  return open == s.npos || close == s.npos || close < open ? s : s.substr(open + 1, close - open - 1);
}

// A header's value: no line can be started in it, and what is not ASCII becomes an encoded word (RFC 2047).
std::string header_value(const std::string& s) {
  bool ascii = true;
  std::string out;
  for (const char c : s) {
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    out += static_cast<unsigned char>(c) < ' ' || c == 0x7F ? ' ' : c;
  }
  return ascii ? out : "=?UTF-8?B?" + text::base64_encode(out) + "?=";
}

// RFC 5322 section 3.2.5: a name with characters that mean something in a list of addresses stands in quotes.
std::string phrase(const std::string& s) {
  const bool is_quoted = s.size() >= 2 && s.front() == '"' && s.back() == '"';
  if (is_quoted || s.find_first_of("()<>[]:;@\\,.\"") == s.npos) return header_value(s);
  const std::string value = header_value(s);
  if (value.starts_with("=?")) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string from_header(const std::string& s) {
  const auto open = s.find('<');
  if (open == s.npos) return header_value(s);
  const auto name = text::trimmed(s.substr(0, open));
  return phrase(std::string(name)) + (name.empty() ? "<" : " <") + address_of(s) + ">";
}

// RFC 5322 section 3.3. The machine's own time: a mail's date is for mail servers, whatever `/_dev/clock` says.
std::string mail_date() {
  char buffer[40];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return {buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S +0000", &parts)};
}

void add_part(curl_mime* mime, const std::string& text, const char* type) {
  curl_mimepart* part = curl_mime_addpart(mime);
  curl_mime_data(part, text.data(), text.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

Status post(HttpCall call, const Egress& egress) {
  call.method = "POST";
  call.connect_timeout = 5;
  call.timeout = 10;
  const auto answer = perform(call, egress);
  if (!answer) return failed(answer.error().description, "unreachable");
  if (answer->status >= 200 && answer->status < 300) return ok();
  return failed("the peer answered " + std::to_string(answer->status),
                answer->is_permanent_refusal() ? "permanent" : "temporary");
}

Status send_by_twilio(const SmsSettings& s, const Message& m, const Egress& egress) {
  HttpCall call;
  call.url = s.twilio_url + "/2010-04-01/Accounts/" + url::percent_encode(s.twilio_sid) + "/Messages.json";
  call.user = s.twilio_sid;
  call.password = s.twilio_token;
  call.body = "To=" + url::percent_encode(m.to) + "&Body=" + url::percent_encode(m.text);
  if (s.messaging_service.empty())
    call.body += "&From=" + url::percent_encode(s.from);
  else
    call.body += "&MessagingServiceSid=" + url::percent_encode(s.messaging_service);
  return post(std::move(call), egress);
}

Status send_by_gateway(const SmsSettings& s, const Message& m, const Egress& egress) {
  HttpCall call;
  call.url = s.gateway;
  call.headers = {{"Content-Type", "application/json"}};
  if (!s.gateway_token.empty()) call.headers.emplace_back("Authorization", "Bearer " + s.gateway_token);
  call.body = json::write(json::Value::object({{"recipient", m.to}, {"body", m.text}, {"sender", s.from}}));
  return post(std::move(call), egress);
}

}  // namespace

void send_email(const SmtpSettings& s, const Message& m, const Egress& egress, const Sent& done) {
  const std::string from = m.from.empty() ? s.from : m.from;
  if (!is_header_value(from) || !is_header_value(m.to))  // they are lines of the dialogue, too
    return done(failed("an address has characters that no address may have", "permanent"));
  const std::string url = (s.port == 465 ? "smtps://" : "smtp://") + s.host + ":" + std::to_string(s.port);
  const curl::Transfer curl(egress, url, "smtp,smtps", mail_limits);
  const bool needs_tls = !s.password.empty() && !url::is_loopback_host(s.host);
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY);
  if (!s.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, s.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, s.password.c_str());
  }
  const std::string sender = "<" + address_of(from) + ">";
  curl::List recipients, headers;
  curl::append(recipients, "<" + m.to + ">");
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl::append(headers, "From: " + from_header(from));
  curl::append(headers, "To: " + header_value(m.to));
  curl::append(headers, "Subject: " + header_value(m.subject));
  curl::append(headers, "Date: " + mail_date());
  // The same at each try, so that who gets a mail twice can see that it is one.
  curl::append(headers, "Message-ID: <" + (m.id.empty() ? random_id() : m.id) + "@" +
                            address_of(from).substr(address_of(from).find('@') + 1) + ">");
  curl::append(headers, "Auto-Submitted: auto-generated");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  const curl::Mime mime(curl_mime_init(curl.get()));
  curl_mime* alternative = curl_mime_init(curl.get());
  add_part(alternative, m.text, "text/plain; charset=utf-8");
  if (!m.html.empty()) add_part(alternative, m.html, "text/html; charset=utf-8");
  curl_mimepart* whole = curl_mime_addpart(mime.get());
  curl_mime_subparts(whole, alternative);
  curl_mime_type(whole, "multipart/alternative");
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return done(ok());  // before the connection says good-bye
  long reply = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  const bool is_answered = reply >= 400 && code != CURLE_OPERATION_TIMEDOUT;
  done(failed(
      s.host + ":" + std::to_string(s.port) + ": " + curl.why(code) + (reply ? ", reply " + std::to_string(reply) : ""),
      curl.was_refused() ? "temporary"
      : !is_answered     ? "unreachable"
      : reply >= 500     ? "permanent"
                         : "temporary"));
}

Status send_sms(const SmsSettings& s, const Message& m, const Egress& egress) {
  return s.gateway.empty() ? send_by_twilio(s, m, egress) : send_by_gateway(s, m, egress);
}

Status send_backchannel_logout(const Message& m, const Egress& egress) {
  HttpCall call;
  call.url = m.to;
  call.body = "logout_token=" + url::percent_encode(m.text);
  return post(std::move(call), egress);
}

void send_message(const Tenant& tenant, const Message& m, bool dev, const Egress& egress, const Sent& done) {
  if (m.channel == "backchannel_logout") return done(send_backchannel_logout(m, egress));
  if (m.channel == "sms") {
    const auto connection = tenant.find_connection(m.connection);
    if (connection && connection->sms.is_set()) return done(send_sms(connection->sms, m, egress));
  } else if (tenant.smtp.enabled) {
    return send_email(tenant.smtp, m, egress, done);
  }
  if (dev) return done(ok());
  done(failed("no provider is configured: emailProvider for e-mails, the sms connection's options for text messages",
              "temporary"));
}

}  // namespace ostia::authority
