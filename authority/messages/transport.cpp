#include "messages/transport.hpp"

#include <curl/curl.h>

#include <ctime>
#include <memory>

#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

struct CloseCurl {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  void operator()(curl_mime* m) const { curl_mime_free(m); }
};
using Curl = std::unique_ptr<CURL, CloseCurl>;
using List = std::unique_ptr<curl_slist, CloseCurl>;
using Mime = std::unique_ptr<curl_mime, CloseCurl>;

void append(List& list, const std::string& line) { list.reset(curl_slist_append(list.release(), line.c_str())); }

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

Error failed(std::string what, bool for_good) {
  return {"send_failed", std::move(what), for_good ? "permanent" : "temporary", 0, Fault::peer};
}

// On this machine nobody is in between, and no certificate says "localhost".
void accept_own_certificates(CURL* curl, std::string_view host) {
  if (!url::is_loopback_host(host)) return;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

Curl prepare() {
  Curl curl(curl_easy_init());
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, discard);
  return curl;
}

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
    out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  }
  return ascii ? out : "=?UTF-8?B?" + text::base64_encode(out) + "?=";
}

std::string from_header(const std::string& s) {
  const auto open = s.find('<');
  if (open == s.npos) return header_value(s);
  return header_value(s.substr(0, open == 0 ? 0 : open - 1)) + " <" + address_of(s) + ">";
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

Status http_post(CURL* curl, const std::string& url, const std::string& body, const List& headers) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  if (const auto parsed = url::parse(url)) accept_own_certificates(curl, parsed->host);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) return failed(curl_easy_strerror(code), false);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return ok();
  return failed("the peer answered " + std::to_string(status), status >= 400 && status < 500 && status != 429);
}

Status send_by_twilio(const SmsSettings& s, const Message& m) {
  const Curl curl = prepare();
  std::string body = "To=" + url::percent_encode(m.to) + "&Body=" + url::percent_encode(m.text);
  if (s.messaging_service.empty())
    body += "&From=" + url::percent_encode(s.from);
  else
    body += "&MessagingServiceSid=" + url::percent_encode(s.messaging_service);
  curl_easy_setopt(curl.get(), CURLOPT_USERNAME, s.twilio_sid.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, s.twilio_token.c_str());
  return http_post(curl.get(),
                   s.twilio_url + "/2010-04-01/Accounts/" + url::percent_encode(s.twilio_sid) + "/Messages.json", body,
                   nullptr);
}

Status send_by_gateway(const SmsSettings& s, const Message& m) {
  const Curl curl = prepare();
  List headers;
  append(headers, "Content-Type: application/json");
  if (!s.gateway_token.empty()) append(headers, "Authorization: Bearer " + s.gateway_token);
  const json::Value body = json::Value::object({{"recipient", m.to}, {"body", m.text}, {"sender", s.from}});
  return http_post(curl.get(), s.gateway, json::write(body), headers);
}

}  // namespace

Status send_email(const SmtpSettings& s, const Message& m) {
  const Curl curl = prepare();
  const std::string from = m.from.empty() ? s.from : m.from;
  const std::string url = (s.port == 465 ? "smtps://" : "smtp://") + s.host + ":" + std::to_string(s.port);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  const bool needs_tls = !s.password.empty() && !url::is_loopback_host(s.host);
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY);
  accept_own_certificates(curl.get(), s.host);
  if (!s.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, s.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, s.password.c_str());
  }
  const std::string sender = "<" + address_of(from) + ">";
  List recipients, headers;
  append(recipients, "<" + m.to + ">");
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  append(headers, "From: " + from_header(from));
  append(headers, "To: " + header_value(m.to));
  append(headers, "Subject: " + header_value(m.subject));
  append(headers, "Date: " + mail_date());
  append(headers, "Message-ID: <" + random_id() + "@" + address_of(from).substr(address_of(from).find('@') + 1) + ">");
  append(headers, "Auto-Submitted: auto-generated");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  const Mime mime(curl_mime_init(curl.get()));
  curl_mime* alternative = curl_mime_init(curl.get());
  add_part(alternative, m.text, "text/plain; charset=utf-8");
  if (!m.html.empty()) add_part(alternative, m.html, "text/html; charset=utf-8");
  curl_mimepart* whole = curl_mime_addpart(mime.get());
  curl_mime_subparts(whole, alternative);
  curl_mime_type(whole, "multipart/alternative");
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return ok();
  long reply = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  return failed(std::string(curl_easy_strerror(code)) + (reply ? ", reply " + std::to_string(reply) : ""),
                reply >= 500);
}

Status send_sms(const SmsSettings& s, const Message& m) {
  return s.gateway.empty() ? send_by_twilio(s, m) : send_by_gateway(s, m);
}

Status send_backchannel_logout(const Message& m) {
  const Curl curl = prepare();
  return http_post(curl.get(), m.to, "logout_token=" + url::percent_encode(m.text), nullptr);
}

Status send_message(const Tenant& tenant, const Message& m, bool dev) {
  if (m.channel == "backchannel_logout") return send_backchannel_logout(m);
  if (m.channel == "sms") {
    const Connection* connection = tenant.find_connection(m.connection);
    if (connection && connection->sms.is_set()) return send_sms(connection->sms, m);
  } else if (tenant.smtp.enabled) {
    return send_email(tenant.smtp, m);
  }
  if (dev) return ok();
  return failed("no provider is configured: emailProvider for e-mails, the sms connection's options for text messages",
                false);
}

}  // namespace ostia::authority
