// Property: whatever a request says, it is answered, nobody is sent to a foreign address, no origin is let in that no
// application lists, markup comes back as text, what calls itself JSON is JSON, and no hash of a password goes out.
//
// An input is the start of an HTTP request: `METHOD target`, headers, an empty line, the body. So that more than the
// first check is reached, `{session}`, `{access_token}`, `{management_token}`, `{id_token}`, `{refresh_token}`,
// `{code}` and `{state}` stand for good ones of the demo tenant.
#include <sodium.h>

#include <boost/asio.hpp>
#include <filesystem>

#include "authority.hpp"
#include "ostia/text/ascii.hpp"
#include "tenant/demo.hpp"
#include "tenant/documents.hpp"
#include "tenant/import.hpp"
#include "tenant/users_file.hpp"
#include "tenant/yaml.hpp"

namespace {

using namespace ostia;
using namespace ostia::authority;

const std::string issuer = "http://localhost:8080/";

void demand(bool good, const char* what) {
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

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string folder() {
  const auto path = std::filesystem::temp_directory_path() / ("ostia-fuzz-" + random_id());
  demand(std::filesystem::create_directory(path), "a folder can be made");
  return path.string();
}

// The demo tenant, with a person signed in and what that gave.
class Demo {
 public:
  Demo() : store_(must(open_sqlite(folder_ + "/ostia.db"))), a_(*store_, std::string(32, 'k'), issuer, false, 1) {
    std::string config(demo_config);
    replace_all(config, "{issuer}", issuer);
    auto plan = must(plan_import(a_.store, a_.secrets, must(parse_yaml(config)), ""));
    must(apply(a_.store, std::move(plan)));
    a_.set_tenant(must(load_tenant(a_.store, a_.secrets)));
    must(reload_keys(a_));
    must(import_users(a_.store, demo_users, {"Username-Password-Authentication"}));
    sign_in();
    must(a_.store.take_snapshot());
  }
  ~Demo() { std::filesystem::remove_all(folder_); }

  Response ask(std::string_view input) {
    std::string text(input);
    for (const auto& [name, value] : values_) replace_all(text, name, value);
    // An address of its own for each request: limits by address would answer all of them.
    ++count_;
    Request request = read(text);
    request.peer = "10." + std::to_string(count_ >> 16 & 255) + "." + std::to_string(count_ >> 8 & 255) + "." +
                   std::to_string(count_ & 255);
    Response response = answer(std::move(request));
    if (count_ % 64 == 0) put_back();
    return response;
  }

  // After a change of the tenant nothing of the next input may depend on it.
  void put_back() {
    must(a_.store.restore_snapshot());
    a_.put_back_tenant(must(load_tenant(a_.store, a_.secrets)));
    must(reload_keys(a_));
  }

 private:
  static Request read(std::string_view text) {
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

  Response answer(Request request) {
    std::optional<Response> out;
    boost::asio::co_spawn(context_, route(a_, std::move(request)), [&](std::exception_ptr failure, Response response) {
      demand(!failure, "nothing is thrown");
      out = std::move(response);
    });
    while (!out) context_.run_one();
    return *std::move(out);
  }

  Response post(const std::string& path, const std::string& body, const std::string& cookie = {}) {
    return answer(
        read("POST " + path + "\ncontent-type: application/x-www-form-urlencoded\ncookie: " + cookie + "\n\n" + body));
  }

  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }

  static std::string with_cookies(std::string cookies, const Response& response) {
    for (const auto& [key, value] : response.headers)
      if (key == "Set-Cookie") cookies += value.substr(0, value.find(';')) + "; ";
    return cookies;
  }

  void sign_in() {
    const auto tokens = [&](const std::string& body) { return must(json::parse(post("/oauth/token", body).body)); };
    const std::string person = "client_id=ostia-demo&username=ada%40example.com&password=Correct-Horse-9";
    const auto given = tokens("grant_type=password&scope=openid+profile+email+offline_access&" + person);
    for (const char* name : {"access_token", "id_token", "refresh_token"})
      values_.emplace_back("{" + std::string(name) + "}", given[name].text());
    const auto machine = tokens(
        "grant_type=client_credentials&client_id=ostia-machine&client_secret=ostia-machine-secret&audience=" + issuer +
        "api/v2/");
    values_.emplace_back("{management_token}", machine["access_token"].text());
    const std::string asked = "/authorize?client_id=ostia-demo&response_type=code&state=s&redirect_uri=" +
                              std::string("http%3A%2F%2Flocalhost%3A3000%2Fcallback");
    const auto state_at = [](const Response& r) {
      const auto to = header(r, "Location");
      return to.substr(to.find("state=") + 6);
    };
    std::string cookies;
    const auto get = [&](const std::string& path) {
      Response out = answer(read("GET " + path + "\ncookie: " + cookies));
      cookies = with_cookies(cookies, out);
      return out;
    };
    const std::string state = state_at(get(asked));
    const auto done =
        post("/u/login", "action=default&username=ada%40example.com&password=Correct-Horse-9&state=" + state, cookies);
    cookies = with_cookies(cookies, done);
    values_.emplace_back("{session}", cookies);
    const auto back = header(get(asked), "Location");
    const auto code = back.substr(back.find("code=") + 5);
    values_.emplace_back("{code}", code.substr(0, code.find('&')));
    values_.emplace_back("{state}", state_at(get(asked + "&prompt=login")));
    for (const auto& [name, value] : values_) demand(value.size() > 20, name.c_str());
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = make_work_guard(context_);
  std::string folder_ = folder();
  std::unique_ptr<Store> store_;
  Authority a_;
  std::vector<std::pair<std::string, std::string>> values_;
  std::uint32_t count_ = 0;
};

Demo& demo() {
  static const int ready = sodium_init();
  static Demo it;
  demand(ready >= 0, "libsodium is there");
  return it;
}

bool is_ours(std::string_view location) {
  if (location.starts_with("/")) return !location.starts_with("//") && !location.starts_with("/\\");
  for (const std::string_view place : {"http://localhost:8080/", "http://localhost:3000", "http://127.0.0.1"}) {
    if (!location.starts_with(place)) continue;
    const auto rest = location.substr(place.size());
    if (place.ends_with('/') || rest.empty() || std::string_view("/?#:").find(rest[0]) != rest.npos) return true;
  }
  return false;
}

void check(const Response& response, bool is_management) {
  demand(response.status >= 200 && response.status != 500 && response.status < 600, "it is answered");
  std::string type;
  for (const auto& [name, value] : response.headers) {
    if (name == "Location" && !is_management) demand(is_ours(value), "nobody is sent to a foreign address");
    if (name == "Access-Control-Allow-Origin")
      demand(value == "*" || value == "http://localhost:3000", "no origin is let in that is not listed");
    if (name == "Content-Type") type = value;
  }
  if (type.starts_with("application/json")) demand(json::parse(response.body).has_value(), "JSON is JSON");
  if (type.starts_with("text/html")) demand(response.body.find("<\x01") == std::string::npos, "markup is text");
  demand(response.body.find("$argon2") == std::string::npos, "hashes stay here");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto response = demo().ask(input);
  const bool is_management = input.find("/api/v2/") != input.npos;
  check(response, is_management);
  if (is_management && !input.starts_with("GET")) demo().put_back();
  return 0;
}
