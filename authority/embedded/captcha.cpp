#include "embedded/captcha.hpp"

#include <map>

#include "embedded/endpoints.hpp"
#include "http/body.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 600;  // seconds
constexpr std::size_t length = 6;

// Letters of strokes on a grid of 5 by 7, of which none looks like another: points as column and row, a space lifts the
// pen.
const std::map<char, std::string_view>& strokes() {
  static const std::map<char, std::string_view> all = {{'A', "062046 1434"},
                                                       {'C', "4110010516464536"},
                                                       {'E', "40000646 0333"},
                                                       {'F', "400006 0333"},
                                                       {'H', "0006 4046 0343"},
                                                       {'J', "40451606"},
                                                       {'K', "0006 4003 0346"},
                                                       {'L', "000646"},
                                                       {'M', "0600234046"},
                                                       {'N', "06004640"},
                                                       {'P', "060030413203"},
                                                       {'R', "06003041320346"},
                                                       {'T', "0040 2026"},
                                                       {'V', "002640"},
                                                       {'W', "0016233640"},
                                                       {'X', "0046 4006"},
                                                       {'Y', "0023 4023 2326"},
                                                       {'Z', "00400646"},
                                                       {'3', "0030412213 1324450605"},
                                                       {'4', "36300444"},
                                                       {'7', "004016"},
                                                       {'9', "4131201102133242 4246"}};
  return all;
}

// A number below `limit`, good enough for drawing.
int some(int limit) { return static_cast<unsigned char>(random_bytes(1)[0]) % limit; }

std::string number(int tenths) { return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10); }

std::string random_text() {
  std::string out;
  const auto& all = strokes();
  while (out.size() < length) {
    auto it = all.begin();
    std::advance(it, some(static_cast<int>(all.size())));
    out += it->first;
  }
  return out;
}

std::string path_of(std::string_view pen, int left, int top) {
  std::string d;
  bool lifted = true;
  for (std::size_t i = 0; i + 1 < pen.size();) {
    if (pen[i] == ' ') {
      lifted = true;
      ++i;
      continue;
    }
    const int x = left + (pen[i] - '0') * 55 + some(18), y = top + (pen[i + 1] - '0') * 55 + some(18);
    d += (lifted ? "M" : "L") + number(x) + " " + number(y);
    lifted = false;
    i += 2;
  }
  return d;
}

std::string id_of(std::string_view kind, const std::string& state) {
  return text::base64url_encode(sha256(std::string(kind) + " " + state));
}

std::string mark_of(const Authority& a, const std::string& id, std::string_view answer) {
  std::string upper(answer);
  std::transform(upper.begin(), upper.end(), upper.begin(), text::to_upper);
  return a.secrets.mark(id + " " + upper);
}

// `/dbconnections/signup/challenge` → `/dbconnections/signup`: a challenge is for one kind of request.
std::string_view kind_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::string draw_captcha(std::string_view text) {
  const int width = 320 * static_cast<int>(text.size()) + 100;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(width / 10) +
                    "\" height=\"60\" fill=\"none\" stroke=\"#345\" "
                    "stroke-width=\"2.4\" stroke-linecap=\"round\"><rect width=\"100%\" height=\"100%\" fill=\"#eef\" "
                    "stroke=\"none\"/>";
  int left = 80;
  for (const char c : text) {
    out += "<path d=\"" + path_of(strokes().at(c), left, 70 + some(120)) + "\"/>";
    left += 300 + some(30);
  }
  for (int i = 0; i < 4; ++i)
    out += "<path stroke-width=\"1.2\" d=\"M0 " + std::to_string(some(60)) + "Q" + std::to_string(some(200)) + " " +
           std::to_string(some(60)) + " " + std::to_string(width / 10) + " " + std::to_string(some(60)) + "\"/>";
  return out + "</svg>";
}

// AZ-317 · Auth0: attack-protection
Async<Unit> check_captcha(Authority& a, std::string kind, std::string state, std::string answer) {
  if (a.tenant()->attack_protection.captcha.at_password == AttackProtection::Captcha::When::never) co_return Unit{};
  const std::string id = id_of(kind, state);
  CO_TRY(const auto rows,
         a.store.write({"DELETE FROM challenges WHERE id = $1 RETURNING answer_mark, expires_at", {id}}));
  const bool good = !answer.empty() && !rows.empty() && int_at(rows.first(), 1) >= a.clock.now() &&
                    equal_in_constant_time(text_at(rows.first(), 0), mark_of(a, id, answer));
  if (!good) co_return Error{"invalid_captcha", "Invalid captcha value", "captcha_wrong", 400, Fault::caller};
  co_return Unit{};
}

Answering challenge(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  if (!(*body)["state"].is_string() || (*body)["state"].text().empty())
    co_return oauth_problem(a, oauth(400, "invalid_request", "Missing required parameter: state", "state_missing"));
  // AZ-315 · Auth0: attack-protection
  if (a.tenant()->attack_protection.captcha.at_password == AttackProtection::Captcha::When::never)
    co_return json_response(200, Value::object({{"required", false}})).with("Cache-Control", "no-store");
  const std::string text = random_text(), id = id_of(kind_of(request.path), (*body)["state"].text());
  CO_AWAIT(
      const auto stored,
      a.store.write(
          {"INSERT INTO challenges (id, answer_mark, expires_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET "
           "answer_mark = "
           "excluded.answer_mark, expires_at = excluded.expires_at",
           {id, mark_of(a, id, text), a.clock.now() + lifetime}}));
  if (!stored) co_return oauth_problem(a, stored.error());
  co_return json_response(
      200, Value::object({{"required", true},
                          {"provider", "auth0"},
                          {"image", "data:image/svg+xml;base64," + text::base64_encode(draw_captcha(text))},
                          {"type", "code"}}))
      .with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
