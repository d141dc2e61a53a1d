#include "http/exchange.hpp"

#include "http/header.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

constexpr std::size_t most_header_bytes = 64 * 1024;

Error unreachable(std::string what, const char* reason = "unreachable") {
  return {"unreachable", std::move(what), reason, 0, Fault::peer};
}

// libcurl takes `Name:` as "not this header", and `Name;` as one without a value.
std::string line_of(const std::string& name, const std::string& value) {
  return value.empty() ? name + ";" : name + ": " + value;
}

void set_method(CURL* c, const HttpCall& call) {
  if (call.method == "HEAD") {
    curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    return;
  }
  if (call.method == "POST" || !call.body.empty()) {
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, call.body.data());
  }
  if (call.method != "POST" && call.method != "GET") curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

}  // namespace

Status check_call(const HttpCall& call) {
  for (const auto& [name, value] : call.headers)
    if (!is_header_name(name) || !is_header_value(value))
      return unreachable("the header \"" + (is_header_name(name) ? name : "…") +
                             "\" is not sent: it has characters that no header may have",
                         "header_malformed");
  if (!is_header_name(call.method)) return unreachable("the method is none", "header_malformed");
  return ok();
}

Exchange::Exchange(HttpCall call, const Egress& egress)
    : call_(std::move(call)), transfer_(egress, call_.url, "http,https", {call_.connect_timeout, call_.timeout}) {
  CURL* c = handle();
  curl_easy_setopt(c, CURLOPT_USERAGENT, "Ostia");
  set_method(c, call_);
  if (!call_.user.empty()) {
    curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(c, CURLOPT_USERNAME, call_.user.c_str());
    curl_easy_setopt(c, CURLOPT_PASSWORD, call_.password.c_str());
  }
  for (const auto& [name, value] : call_.headers) curl::append(headers_, line_of(name, value));
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, this);
}

Result<HttpAnswer> Exchange::result(CURLcode code) {
  if (is_too_long_) return unreachable("the answer is longer than " + std::to_string(call_.limit) + " bytes");
  if (code != CURLE_OK)
    return unreachable(transfer_.why(code), transfer_.was_refused() ? "egress_refused" : "unreachable");
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  return std::move(answer_);
}

std::size_t Exchange::take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& self = *static_cast<Exchange*>(to);
  self.is_too_long_ = self.answer_.body.size() + size * count > self.call_.limit;
  if (self.is_too_long_) return 0;
  self.answer_.body.append(data, size * count);
  return size * count;
}

// One line at a time; those of an interim answer (1xx) give way to those of the next one.
std::size_t Exchange::take_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& self = *static_cast<Exchange*>(to);
  const std::string_view line(data, size * count);
  self.header_bytes_ += line.size();
  self.is_too_long_ = self.header_bytes_ > most_header_bytes;
  if (self.is_too_long_) return 0;
  if (line.starts_with("HTTP/")) self.answer_.headers.clear();
  if (const auto colon = line.find(':'); colon != line.npos && !line.starts_with("HTTP/"))
    self.answer_.headers.emplace_back(text::lower(line.substr(0, colon)),
                                      std::string(text::trimmed(line.substr(colon + 1))));
  return line.size();
}

}  // namespace ostia::authority
