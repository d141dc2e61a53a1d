// What the targets of whole requests share: the demo tenant with people signed in, the conversation that an input is,
// and what every answer must keep to.
//
// An input is one HTTP request, or several with a line `---` between them: `METHOD target`, headers, an empty line, the
// body. Cookies that an answer sets come back with the requests after it. So that more than the first check is reached,
// names in braces stand for what a good caller has, and for what an attacker builds (fuzz/README.md lists them).
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <boost/asio.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "accounts/users_file.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/authority.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/demo.hpp"
#include "tenant/documents.hpp"
#include "tenant/import.hpp"
#include "tenant/yaml.hpp"
#include "wiring/routes.hpp"

namespace ostia::fuzz {

using namespace ostia::authority;
using json::Value;

inline const std::string issuer = "http://localhost:8080/";

inline void demand(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "broken: %s\n", what);
  __builtin_trap();
}

template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().description.c_str());
  demand(result.has_value(), "it can be set up");
  return *std::move(result);
}

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// Puts `make(inside)` where `text` has `inside` between `before` and `after`.
inline void fill(std::string& text, std::string_view before, std::string_view after,
                 const std::function<std::string(std::string_view)>& make) {
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at)) {
    const auto from = at + before.size(), end = text.find(after, from);
    if (end == text.npos) return;
    const std::string value = make(std::string_view(text).substr(from, end - from));
    text.replace(at, end + after.size() - at, value);
    at += value.size();
  }
}

inline std::string folder() {
  const auto path = std::filesystem::temp_directory_path() / ("ostia-fuzz-" + random_id());
  demand(std::filesystem::create_directory(path), "a folder can be made");
  return path.string();
}

inline std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

inline std::string parameter_of(std::string_view location, std::string_view name) {
  std::string query(location.substr(std::min(location.find_first_of("?#"), location.size())));
  for (char& c : query)
    if (c == '?' || c == '#') c = '&';
  for (const auto& [key, value] : url::parse_form(query))
    if (key == name) return value;
  return {};
}

inline Request read(std::string_view text) {
  Request r;
  const auto line = [&] {
    const auto end = std::min(text.find('\n'), text.size());
    const auto out = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return out;
  };
  const auto first = line();
  const auto space = std::min(first.find(' '), first.size());
  const auto target = space < first.size() ? first.substr(space + 1) : std::string_view();
  const auto mark = std::min(target.find('?'), target.size());
  r.method = std::string(first.substr(0, space));
  r.path = std::string(target.substr(0, mark));
  if (mark < target.size()) r.query = std::string(target.substr(mark + 1));
  for (auto header = line(); !header.empty(); header = line())
    if (const auto colon = header.find(':'); colon != header.npos)
      r.headers.emplace_back(text::lower(header.substr(0, colon)),
                             std::string(text::trimmed(header.substr(colon + 1))));
  r.body = std::string(text);
  r.issuer = issuer;
  r.peer = "127.0.0.1";
  return r;
}

// The requests of an input; more than a few would only be slow.
inline std::vector<std::string_view> split(std::string_view input) {
  constexpr std::string_view between = "\n---\n";
  constexpr std::size_t most = 8;
  std::vector<std::string_view> out;
  while (out.size() + 1 < most && input.find(between) != input.npos) {
    out.push_back(input.substr(0, input.find(between)));
    input.remove_prefix(out.back().size() + between.size());
  }
  out.push_back(input);
  return out;
}

// Beside the demo tenant's: what shares a secret with somebody, so that others can sign what looks like its tokens.
struct Added {
  const char *section, *body;
};
inline constexpr std::string_view api_secret = "known-to-the-api-0123456789abcdef",
                                  app_secret = "known-to-the-application-01234567";
inline constexpr Added added[] = {
    {"resourceServers", R"({"name": "Shared", "identifier": "https://hs.example.com/", "signing_alg": "HS256",
      "signing_secret": "known-to-the-api-0123456789abcdef", "scopes": [{"value": "read:messages"}]})"},
    {"clients", R"({"name": "Shared", "client_id": "ostia-hs", "client_secret": "known-to-the-application-01234567",
      "app_type": "regular_web", "callbacks": ["http://localhost:3000/callback"],
      "grant_types": ["authorization_code", "refresh_token", "password"], "jwt_configuration": {"alg": "HS256"}})"},
    {"clients", R"({"name": "Reader", "client_id": "ostia-reader", "client_secret": "ostia-reader-secret",
      "app_type": "non_interactive", "grant_types": ["client_credentials"]})"},
    {"clientGrants", R"({"client_id": "ostia-reader", "audience": "http://localhost:8080/api/v2/",
      "scope": ["read:users", "read:clients", "read:logs", "read:roles"]})"},
    {"clientGrants", R"({"client_id": "ostia-machine", "audience": "https://hs.example.com/",
      "scope": ["read:messages"]})"},
};

inline Value tenant_file() {
  std::string text(demo_config);
  replace_all(text, "{issuer}", issuer);
  replace_all(text, "enabled_clients: [ostia-demo]", "enabled_clients: [ostia-demo, ostia-hs]");
  Value config = must(parse_yaml(text));
  for (const auto& [section, body] : added) config.find(section)->push_back(must(json::parse(body)));
  // Many requests come within a second, and most of them as the same few people.
  config.find("tenant")->set(
      "ostia", must(json::parse(R"({"rate_limits": {"account": {"per_second": 1000000, "burst": 1000000}}})")));
  return config;
}

// Nothing of an input gets out of this program: no upstream is reached, and no script of a tenant is run.
inline void stay_inside() {
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy"}) setenv(name, "http://127.0.0.1:1", 1);
  setenv("OSTIA_NODE", "", 1);
}

// RS256 by any key, over any header: `SigningKey` signs below a good one only.
inline std::string sign_rs256(const SigningKey& key, const std::string& input) {
  const std::string pem = key.private_pem();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(pkey.get())), '\0');
  std::size_t size = out.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, pkey.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, input.size()) == 1;
  demand(done, "a token can be signed");
  return out;
}

// A token as an attacker would build one: any header and payload, signed by whoever `key` names. `own` is the
// authority's key: what if it had made such a thing?
class Forger {
 public:
  std::string make(const Authority& a, std::string_view key, std::string_view header, std::string_view payload) const {
    const std::string input = text::base64url_encode(header) + "." + text::base64url_encode(payload);
    return input + "." + text::base64url_encode(signature(a, key, input));
  }

 private:
  std::string signature(const Authority& a, std::string_view key, const std::string& input) const {
    if (key == "none") return {};
    if (key == "own") return sign_rs256(*a.signing_key(), input);
    if (key == "rsa") return sign_rs256(key_, input);
    if (key == "api") return hmac_sha256(api_secret, input);
    if (key == "app") return hmac_sha256(app_secret, input);
    // What is public of the authority's key, taken for a secret.
    return hmac_sha256(key == "pem" ? a.signing_key()->certificate_pem() : "nobody's", input);
  }

  SigningKey key_ = SigningKey::generate("somebody else");
};

// The demo tenant, with a person signed in and what that gave.
class Demo {
 public:
  Demo()
      : store_(must(open_sqlite(folder_ + "/ostia.db"))),
        a_(*store_, {std::string(32, 'k'), std::string(32, 'm')}, issuer, false, 1, Egress(), false) {
    must(apply(a_.store, must(plan_import(a_.store, a_.secrets, tenant_file()))));
    a_.set_tenant(must(load_tenant(a_.store, a_.secrets)));
    must(reload_keys(a_));
    must(import_users(a_.store, demo_users, {"Username-Password-Authentication"}));
    sign_in();
    must(a_.store.take_snapshot());
  }
  ~Demo() { std::filesystem::remove_all(folder_); }
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  Authority& authority() { return a_; }

  // The names that are the same in every input.
  void fill_in(std::string& text) const {
    for (const auto& [name, value] : values_) replace_all(text, "{" + name + "}", value);
    replace_all(text, "{kid}", a_.signing_key()->kid());
    fill(text, "{jwt~", "~}", [&](std::string_view inside) {
      const auto second = std::min(inside.find('~'), inside.size());
      const auto third = std::min(inside.find('~', second + 1), inside.size());
      const auto header = inside.substr(std::min(second + 1, inside.size()), third - std::min(second + 1, third));
      return forger_.make(a_, inside.substr(0, second), header, inside.substr(std::min(third + 1, inside.size())));
    });
  }

  // An address of its own for each request: limits by address would answer all of them.
  std::string next_address() {
    ++count_;
    return "10." + std::to_string(count_ >> 16 & 255) + "." + std::to_string(count_ >> 8 & 255) + "." +
           std::to_string(count_ & 255);
  }

  Response answer(Request request) {
    std::optional<Response> out;
    boost::asio::co_spawn(context_, route(a_, std::move(request)), [&](std::exception_ptr failure, Response response) {
      demand(!failure, "nothing is thrown");
      out = std::move(response);
    });
    while (!out) context_.run_one();
    return *std::move(out);
  }

  // After a change of the tenant nothing of the next input may depend on it.
  void put_back() {
    must(a_.store.restore_snapshot());
    a_.put_back_tenant(must(load_tenant(a_.store, a_.secrets)));
    must(reload_keys(a_));
  }

 private:
  Response post(const std::string& path, const std::string& body, const std::string& cookie = {}) {
    return answer(
        read("POST " + path + "\ncontent-type: application/x-www-form-urlencoded\ncookie: " + cookie + "\n\n" + body));
  }

  void keep(const char* name, std::string value) {
    demand(value.size() > 20, name);
    values_.emplace_back(name, std::move(value));
  }

  Value tokens(const std::string& body) { return must(json::parse(post("/oauth/token", body).body)); }

  void sign_in() {
    const std::string person = "grant_type=password&username=ada%40example.com&password=Correct-Horse-9&client_id=";
    const auto given = tokens(person + "ostia-demo&scope=openid+profile+email+offline_access");
    for (const char* name : {"access_token", "id_token", "refresh_token"}) keep(name, given[name].text());
    const auto of_person = [&](const char* audience, const char* scope) {
      return tokens(person + "ostia-demo&audience=" + issuer + audience + "&scope=" + scope)["access_token"].text();
    };
    keep("person_token",
         of_person("api/v2/", "read:current_user+update:current_user_metadata+update:current_user_identities"));
    keep("mfa_access_token", of_person("mfa/", "enroll+read:authenticators+remove:authenticators"));
    const auto of_hs = tokens(person + "ostia-hs&client_secret=" + std::string(app_secret) + "&scope=openid");
    keep("hs_id_token", of_hs["id_token"].text());
    const auto of_machine = [&](const std::string& id, const std::string& audience) {
      return tokens("grant_type=client_credentials&client_id=" + id + "&client_secret=" + id +
                    "-secret&audience=" + audience)["access_token"]
          .text();
    };
    keep("management_token", of_machine("ostia-machine", issuer + "api/v2/"));
    keep("reader_token", of_machine("ostia-reader", issuer + "api/v2/"));
    keep("hs_access_token", of_machine("ostia-machine", "https://hs.example.com/"));
    sign_in_by_browser();
  }

  void sign_in_by_browser() {
    const std::string asked = "/authorize?client_id=ostia-demo&response_type=code&state=s&redirect_uri=" +
                              std::string("http%3A%2F%2Flocalhost%3A3000%2Fcallback");
    std::string cookies;
    const auto kept = [&](Response response) {
      for (const auto& [key, value] : response.headers)
        if (key == "Set-Cookie") cookies += value.substr(0, value.find(';')) + "; ";
      return header_of(response, "Location");
    };
    const auto get = [&](const std::string& path) {
      return kept(answer(read("GET " + path + "\ncookie: " + cookies)));
    };
    const std::string state = parameter_of(get(asked), "state");
    kept(
        post("/u/login", "action=default&username=ada%40example.com&password=Correct-Horse-9&state=" + state, cookies));
    keep("session", cookies);
    keep("code", parameter_of(get(asked), "code"));
    keep("state", parameter_of(get(asked + "&prompt=login"), "state"));
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = make_work_guard(context_);
  std::string folder_ = folder();
  std::unique_ptr<Store> store_;
  Authority a_;
  Forger forger_;
  std::vector<std::pair<std::string, std::string>> values_;
  std::uint32_t count_ = 0;
};

inline Demo& demo() {
  static const int ready = sodium_init();
  static const bool inside = (stay_inside(), true);
  static Demo it;
  demand(ready >= 0 && inside, "libsodium is there");
  return it;
}

inline bool is_ours(std::string_view location) {
  if (location.starts_with("/")) return !location.starts_with("//") && !location.starts_with("/\\");
  for (const std::string_view place : {"http://localhost:8080/", "http://localhost:3000", "http://127.0.0.1"}) {
    if (!location.starts_with(place)) continue;
    const auto rest = location.substr(place.size());
    if (place.ends_with('/') || rest.empty() || std::string_view("/?#:").find(rest[0]) != rest.npos) return true;
  }
  return false;
}

// Whether the text of a request has anything that a good caller has. What is taken from answers may be such a thing.
inline bool is_credentialed(std::string_view text) {
  for (const char* name :
       {"{access_token}", "{id_token}", "{refresh_token}", "{person_token}", "{mfa_access_token}", "{management_token}",
        "{reader_token}", "{session}", "{code}", "{state}", "{location", "{answer:", "{jwt~own~"})
    if (text.find(name) != text.npos) return true;
  return false;
}

// Where a token is asked for, and nothing else lets anybody in.
inline bool is_guarded(const Request& r) {
  if (r.method == "OPTIONS" || r.path == "/api/v2/openapi.json") return false;
  return r.path == "/userinfo" || r.path == "/tokeninfo" || r.path.starts_with("/api/v2/") ||
         r.path.starts_with("/mfa/");
}

// A request as it was judged before it was sent: what its answer must keep to.
struct Asked {
  Request request;
  bool is_forged = false;       ///< nobody but the one who made it up says that it is good
  bool is_changed = false;      ///< the tenant, by a caller who may: its addresses are no longer ours to know
  bool has_own_markup = false;  ///< the tenant's own HTML may be in its pages
};

// A tenant may be set up so that the vendor, too, answers 500: it can be helped by its operator only.
inline bool is_own_fault(Demo& d, const Response& response) {
  return d.authority().tenant()->has_scripts() ||
         response.body.find("not configured with default connection") != response.body.npos;
}

inline void check_headers(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Location") demand(is_ours(value), "nobody is sent to a foreign address");
    if (name == "Access-Control-Allow-Origin")
      demand(value == "*" || value == "http://localhost:3000", "no origin is let in that is not listed");
  }
}

inline void check(Demo& d, const Asked& asked, const Response& response) {
  const int status = response.status;
  demand(status >= 200 && status < 600, "it is answered");
  const bool may_fail = status == 501 || status == 503 || status == 505 || (status == 500 && is_own_fault(d, response));
  demand(status < 500 || may_fail, "it is no defect");
  demand(!asked.is_forged || status >= 300 || !is_guarded(asked.request), "no forged token opens anything");
  if (!asked.is_changed) check_headers(response);
  const std::string type = header_of(response, "Content-Type");
  if (type.starts_with("application/json")) demand(json::parse(response.body).has_value(), "JSON is JSON");
  if (type.starts_with("text/html") && !asked.has_own_markup)
    demand(response.body.find("<\x01") == std::string::npos, "markup is text");
  demand(response.body.find("$argon2") == std::string::npos, "hashes stay here");
}

// One browser, or one program, that asks one thing after the other.
class Conversation {
 public:
  explicit Conversation(Demo& d) : demo_(d) {}

  Asked prepare(std::string_view input) {
    std::string text(input);
    const bool is_forged = !is_credentialed(text);
    for (const char* name : {"html", "custom_login_page", "template"})
      has_own_markup_ = has_own_markup_ || text.find(name) != text.npos;
    fill_in(text);
    Request request = read(text);
    request.peer = demo_.next_address();
    add_cookies(request);
    is_changed_ = is_changed_ || (request.path.starts_with("/api/v2/") && request.method != "GET");
    return {std::move(request), is_forged, is_changed_, has_own_markup_};
  }

  void take(const Response& response) {
    for (const auto& [name, value] : response.headers)
      if (name == "Set-Cookie") keep_cookie(value);
    if (const auto location = header_of(response, "Location"); !location.empty()) location_ = location;
    if (header_of(response, "Content-Type").starts_with("application/json")) body_ = response.body;
  }

  void ask(std::string_view input) {
    const Asked asked = prepare(input);
    const Response response = demo_.answer(asked.request);
    take(response);
    check(demo_, asked, response);
  }

  [[nodiscard]] bool is_changed() const { return is_changed_; }

 private:
  void fill_in(std::string& text) const {
    if (const auto state = parameter_of(location_, "state"); !state.empty()) replace_all(text, "{state}", state);
    const bool is_here = location_.starts_with(issuer);
    replace_all(text, "{location}", is_here ? location_.substr(issuer.size() - 1) : location_);
    fill(text, "{location:", "}", [&](std::string_view name) { return parameter_of(location_, name); });
    fill(text, "{answer:", "}", [&](std::string_view name) {
      const auto body = json::parse(body_);
      return body ? (*body)[name].text() : std::string();
    });
    demo_.fill_in(text);
  }

  void keep_cookie(std::string_view line) {
    const auto pair = line.substr(0, line.find(';'));
    const auto name = std::string(pair.substr(0, pair.find('=')));
    if (line.find("Max-Age=0") != line.npos)
      jar_.erase(name);
    else
      jar_[name] = std::string(pair.substr(std::min(name.size() + 1, pair.size())));
  }

  void add_cookies(Request& request) const {
    std::string all;
    for (const auto& [name, value] : jar_) all.append(name).append("=").append(value).append("; ");
    if (all.empty()) return;
    for (auto& [name, value] : request.headers)
      if (name == "cookie") {
        value.insert(0, all);
        return;
      }
    request.headers.emplace_back("cookie", all);
  }

  Demo& demo_;
  std::map<std::string, std::string> jar_;
  std::string location_, body_;
  bool is_changed_ = false, has_own_markup_ = false;
};

}  // namespace ostia::fuzz
