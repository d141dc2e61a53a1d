#include "limits/proof_of_work.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t highest = 50'000;  // about a second's work for a telephone; docs/decisions/0031
constexpr std::int64_t lifetime = 3600;   // seconds: a page's own
constexpr std::size_t longest = 2048;     // bytes of an answer

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::int64_t random_number() {
  std::uint64_t out = 0;
  for (const char c : random_bytes(7)) out = out << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(out % (highest + 1));
}

std::string hash_of(std::string_view salt, std::int64_t number) {
  return hex(sha256(std::string(salt) + text::decimal(number)));
}

std::string signature_of(const Authority& a, std::string_view challenge) {
  return hex(hmac_sha256(a.secrets.mark("captcha challenges"), challenge));
}

// What a salt says of its challenge. Its last sign keeps its digits apart from the number's.
struct Terms {
  std::int64_t expires = 0;
  std::string stage;
};

std::optional<Terms> read_terms(std::string_view salt) {
  const auto query = salt.find('?');
  if (query == salt.npos || !salt.ends_with('&')) return {};
  const Parameters p(url::parse_form(salt.substr(query + 1, salt.size() - query - 2)));
  const auto expires = text::parse_int(p.get("expires"));
  if (!expires || !p.repeated().empty()) return {};
  return Terms{*expires, std::string(p.get("stage"))};
}

}  // namespace

std::string_view name_of(Stage stage) {
  constexpr std::string_view names[] = {"login", "signup", "passwordless", "reset"};
  return names[static_cast<int>(stage)];
}

Value make_proof_challenge(const Authority& a, Stage stage) {
  const std::string salt = hex(random_bytes(12)) + "?expires=" + text::decimal(a.clock.now() + lifetime) +
                           "&stage=" + std::string(name_of(stage)) + "&";
  const std::string challenge = hash_of(salt, random_number());
  return Value::object({{"algorithm", "SHA-256"},
                        {"challenge", challenge},
                        {"maxnumber", highest},
                        {"salt", salt},
                        {"signature", signature_of(a, challenge)}});
}

Async<bool> take_proof(Authority& a, Stage stage, std::string answer) {
  if (answer.size() > longest) co_return false;
  const auto bytes = text::base64_decode(answer);
  const auto proof = json::parse(bytes.value_or(""), 2);
  if (!proof || !proof->is_object() || !(*proof)["algorithm"].is("SHA-256")) co_return false;
  const std::string& salt = (*proof)["salt"].text();
  const std::string& challenge = (*proof)["challenge"].text();
  const auto number = (*proof)["number"].as_int();
  const auto terms = read_terms(salt);
  if (!terms || !number || *number < 0 || *number > highest) co_return false;
  if (terms->stage != name_of(stage) || terms->expires < a.clock.now()) co_return false;
  if (hash_of(salt, *number) != challenge) co_return false;
  if (!equal_in_constant_time(signature_of(a, challenge), (*proof)["signature"].text())) co_return false;
  CO_RETURN(use_once(a, "captcha " + challenge, terms->expires));
}

}  // namespace ostia::authority
