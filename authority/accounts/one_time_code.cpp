#include "accounts/one_time_code.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t most_tries = 3;

std::string id_of(const std::string& connection, const std::string& address) { return connection + " " + address; }

// Digits without a bias: a byte that would give the first six of them twice is drawn again.
std::string random_digits(std::int64_t count) {
  std::string out;
  while (static_cast<std::int64_t>(out.size()) < count)
    for (const char c : random_bytes(16)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 250 && static_cast<std::int64_t>(out.size()) < count) out += static_cast<char>('0' + byte % 10);
    }
  return out;
}

std::string mark_of(const Authority& a, const std::string& id, const std::string& code) {
  return a.secrets.mark(id + " " + code);
}

Error refused(std::string reason) {
  return {"access_denied", "Wrong verification code.", std::move(reason), 403, Fault::caller};
}

}  // namespace

// AZ-507 · Auth0: passwordless/start
NewCode make_code(const Authority& a, const std::string& id, std::int64_t digits, std::int64_t seconds,
                  const Value& body) {
  const std::string code = random_digits(digits);
  return {code,
          {"INSERT INTO one_time_codes (id, code_mark, tries, expires_at, body) VALUES ($1, $2, 0, $3, $4) ON CONFLICT "
           "(id) DO UPDATE SET code_mark = excluded.code_mark, tries = 0, expires_at = excluded.expires_at, body = "
           "excluded.body",
           {id, mark_of(a, id, code), a.clock.now() + seconds, json::write(body)}}};
}

Async<Value> check_code(Authority& a, std::string id, std::string code, std::string client_id, bool uses_up) {
  // The try is counted before it is judged, so that a thousand at once are still three.
  CO_TRY(const auto rows,
         a.store.write(
             {"UPDATE one_time_codes SET tries = tries + 1 WHERE id = $1 AND expires_at >= $2 AND tries < $3 RETURNING "
              "code_mark, body",
              {id, a.clock.now(), most_tries}}));
  // AZ-506, AZ-508 · Auth0: passwordless/verify
  if (rows.empty()) co_return refused("code_over");
  const std::string mark = text_at(rows.first(), 0);
  const auto body = json::parse(text_at(rows.first(), 1));
  if (!body) co_return body.error();
  // AZ-509 · Auth0: passwordless/verify
  if (!equal_in_constant_time(mark, mark_of(a, id, code)) || (*body)["client_id"].text() != client_id)
    co_return refused("wrong_code");
  std::vector<Statement> settling;
  if (uses_up)
    settling.push_back({"DELETE FROM one_time_codes WHERE id = $1 AND code_mark = $2 RETURNING id", {id, mark}});
  else
    settling.push_back(
        {"UPDATE one_time_codes SET tries = tries - 1 WHERE id = $1 AND code_mark = $2 RETURNING id", {id, mark}});
  CO_TRY(const auto settled, a.store.commit(std::move(settling)));
  if (settled.empty()) co_return refused("code_over");  // somebody else was faster with the same code
  co_return *body;
}

NewCode make_one_time_code(const Authority& a, const Connection& c, const std::string& address, const Value& body) {
  return make_code(a, id_of(c.name, address), c.otp.length, c.otp.lifetime, body);
}

Async<Value> check_one_time_code(Authority& a, std::string connection, std::string address, std::string code,
                                 std::string client_id, bool uses_up) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(connection);
  CO_AWAIT(auto body, check_code(a, id_of(connection, address), std::move(code), std::move(client_id), uses_up));
  if (!body && body.error().code == "access_denied")
    body.error().description =
        c && c->strategy == "sms" ? "Wrong phone number or verification code." : "Wrong email or verification code.";
  co_return body;
}

}  // namespace ostia::authority
