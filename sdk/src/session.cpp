#include "session.hpp"

#include "convert.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/jose/algorithms.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::sdk {
namespace {

Error wrong(const std::string& text) { return caller_error("invalid_option", text, "invalid_option"); }

std::string shown(const std::string& text) {
  return "\"" + (text.size() > 100 ? text.substr(0, 100) + "…" : text) + "\"";
}

bool is_clean(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

// `domain` is a host, perhaps with a port, or an origin.
Status check_domain(const std::string& domain) {
  if (domain.empty()) return wrong("domain is required");
  const bool names_scheme = domain.find("://") != std::string::npos;
  const std::string origin = names_scheme ? domain : "https://" + domain;
  const auto url = url::parse(origin);
  const bool fine = url && is_clean(domain) && (url->scheme == "https" || url->scheme == "http") &&
                    !url->host.empty() && !url->has_userinfo && !url->has_query && !url->has_fragment &&
                    (url->path.empty() || url->path == "/");
  if (!fine)
    return wrong("domain " + shown(domain) +
                 " is neither a host, such as login.example.com, nor an origin, such as https://login.example.com");
  if (url->scheme == "http" && !url::is_loopback_host(url->host))
    return wrong("domain " + shown(domain) + " is plain HTTP, which only loopback addresses may be");
  return ok();
}

Status check_url(const char* name, const std::string& text) {
  if (text.empty() || url::parse(text)) return ok();
  return wrong(std::string(name) + " " + shown(text) + " is not an absolute URL");
}

Status check_words(const char* name, const std::string& words) {
  for (const auto word : text::split(words, ' '))
    if (!jose::is_signature_algorithm(word))
      return wrong(std::string(name) + " has " + shown(std::string(word)) +
                   ", which is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA");
  return ok();
}

Status check_response_type(const std::string& words) {
  for (const auto word : text::split(words, ' '))
    if (word != "code" && word != "token" && word != "id_token")
      return wrong("response_type has " + shown(std::string(word)) + ", which is none of code, token, id_token");
  return ok();
}

Status check(const WebAuthOptions& o) {
  auto checked = check_domain(o.domain);
  if (checked && o.client_id.empty()) checked = wrong("client_id is required");
  for (const auto& [name, text] :
       {std::pair{"redirect_uri", &o.redirect_uri}, {"issuer", &o.issuer}, {"jwks_uri", &o.jwks_uri}})
    if (checked) checked = check_url(name, *text);
  if (checked) checked = check_response_type(o.response_type);
  if (checked) checked = check_words("id_token_algorithms", o.id_token_algorithms);
  if (checked && (o.leeway < 0 || o.leeway > 300))
    checked = wrong("leeway " + text::decimal(o.leeway) + " is not between 0 and 300 seconds");
  if (checked && !o.client_secret.empty() && !o.client_key.empty())
    checked = wrong("client_secret and client_key are both given; a client has one of them");
  if (checked && !o.client_key_algorithm.empty()) checked = check_words("client_key_algorithm", o.client_key_algorithm);
  if (checked && o.environment.retry.attempts < 0) checked = wrong("environment.retry.attempts is negative");
  return checked;
}

// A private key that the core only passes on: a JSON Web Key, or the text of a PEM file.
Result<Value> read_key(const char* name, const std::string& text, bool may_be_pem) {
  auto jwk = json::parse(text);
  if (jwk && jwk->is_object()) return jwk;
  if (may_be_pem && text.find("-----BEGIN") != std::string::npos) return Value(text);
  return wrong(std::string(name) + " is not a private " + (may_be_pem ? "JSON Web Key or PEM" : "JSON Web Key"));
}

Result<Value> make_base(const WebAuthOptions& o) {
  if (auto checked = check(o); !checked) return std::move(checked).error();
  Value base = to_value(o);
  const Value derived = auth0::derive_base(base);
  for (const auto& [key, item] : derived.members()) base.set(key, item);
  if (!o.client_key.empty()) {
    auto key = read_key("client_key", o.client_key, true);
    if (!key) return key;
    base.set("clientKey", *std::move(key));
  }
  if (!o.dpop_key.empty()) {
    auto key = read_key("dpop_key", o.dpop_key, false);
    if (!key) return key;
    base.set("dpopKey", *std::move(key));
  }
  return base;
}

}  // namespace

Environment complete(Environment e, const std::string& ca_file) {
  if (!e.transport) e.transport = curl_transport(ca_file);
  if (!e.crypto) e.crypto = openssl_crypto();
  if (!e.clock) e.clock = system_clock();
  return e;
}

Session::Session(const WebAuthOptions& options)
    : environment_(complete(options.environment, options.ca_file)),
      base_(make_base(options)),
      cookies_(environment_.transport->make_cookies()) {}

void Session::log(LogRecord::Level level, const char* event, const std::string& message) const {
  if (environment_.log) environment_.log({level, event, message});
}

void Session::put(const std::string& key, Value value, double minutes) {
  const auto now = environment_.clock->now();
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& one) { return one.second.until < now; });
  kept_[key] = {std::move(value), now + static_cast<std::int64_t>(minutes * 60'000)};
}

Value Session::get(const std::string& key) {
  const auto now = environment_.clock->now();
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(key);
  return found == kept_.end() || found->second.until < now ? Value() : found->second.value;
}

void Session::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  kept_.erase(key);
}

bool Session::is_authority(const std::string& url) const {
  return base_ && url::origin_of(url) == url::origin_of((*base_)["rootUrl"].text());
}

void Session::await_redirect(const std::string& state, std::function<void(std::string)> take) {
  const std::lock_guard lock(mutex_);
  redirects_[state] = std::move(take);
}

void Session::forget_redirect(const std::string& state) {
  const std::lock_guard lock(mutex_);
  redirects_.erase(state);
}

bool Session::hand_in(const std::string& url) {
  const auto mark = url.find('?');
  if (mark == std::string::npos) return false;
  const std::string query = url.substr(mark + 1, url.find('#') - mark - 1);
  const std::string state = auth0::text_of(auth0::parse_query(query)["state"]);
  std::function<void(std::string)> take;
  {
    const std::lock_guard lock(mutex_);
    const auto found = redirects_.find(state);
    if (found == redirects_.end()) return false;
    take = found->second;
  }
  take(query);
  return true;
}

}  // namespace ostia::sdk
