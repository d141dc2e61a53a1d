#include "ostia/mfa.hpp"

#include "call.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/exchange.hpp"
#include "ostia/url/percent.hpp"

namespace ostia {

using namespace sdk;

namespace {

Value array_of(const std::vector<std::string>& texts) {
  Value out = Value::array();
  for (const auto& text : texts) out.push_back(text);
  return out;
}

Error required(const char* option) { return auth0::refuse(std::string(option) + " is required"); }

// One request with the MFA token as its bearer.
Result<Value> ask(Call& host, const Value& base, const char* method, const std::string& path,
                  const std::string& mfa_token, const Value& body) {
  if (mfa_token.empty()) return required("mfa_token");
  HttpRequest request{method,
                      auth0::endpoint(base, path.c_str()),
                      {{"Accept", "application/json"}, {"Authorization", "Bearer " + mfa_token}},
                      {}};
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::write(body);
  }
  const auto answer = host.http(request);
  if (!answer) return answer.error();
  return auth0::read_answer(*answer);
}

std::vector<MfaAuthenticator> to_authenticators(Value v) {
  std::vector<MfaAuthenticator> out;
  for (const auto& one : v.items())
    out.push_back({one["id"].text(), one["authenticator_type"].text(), one["oob_channel"].text(), one["name"].text(),
                   one["active"].as_bool()});
  return out;
}

MfaAssociation to_association(Value v) {
  MfaAssociation out{v["authenticator_type"].text(),
                     v["secret"].text(),
                     v["barcode_uri"].text(),
                     v["oob_code"].text(),
                     v["oob_channel"].text(),
                     v["binding_method"].text(),
                     {}};
  for (const auto& code : v["recovery_codes"].items()) out.recovery_codes.push_back(code.text());
  return out;
}

MfaChallenge to_challenge(Value v) {
  return {v["challenge_type"].text(), v["oob_code"].text(), v["binding_method"].text()};
}

Unit nothing(Value) { return {}; }

Result<Value> grant(const MfaVerifyOptions& o) {
  if (o.mfa_token.empty()) return required("mfa_token");
  if ((o.otp.empty() ? 0 : 1) + (o.recovery_code.empty() ? 0 : 1) + (o.oob_code.empty() ? 0 : 1) != 1)
    return auth0::refuse("exactly one of otp, recovery_code and oob_code is required");
  const char* type = !o.otp.empty() ? "otp" : !o.oob_code.empty() ? "oob" : "recovery-code";
  Value body = Value::object(
      {{"grant_type", std::string("http://auth0.com/oauth/grant-type/mfa-") + type}, {"mfa_token", o.mfa_token}});
  set_text(body, "otp", o.otp);
  set_text(body, "recovery_code", o.recovery_code);
  set_text(body, "oob_code", o.oob_code);
  set_text(body, "binding_code", o.binding_code);
  return body;
}

}  // namespace

Task<std::vector<MfaAuthenticator>> Mfa::async_authenticators(std::string mfa_token, CallOptions call) const {
  return with_base<std::vector<MfaAuthenticator>>(
      session_, std::move(call), [token = std::move(mfa_token)](Call& host, const Value& base) {
        return converted<std::vector<MfaAuthenticator>>(ask(host, base, "GET", "/mfa/authenticators", token, {}),
                                                        to_authenticators);
      });
}

Task<MfaAssociation> Mfa::async_associate(MfaAssociateOptions o, CallOptions call) const {
  return with_base<MfaAssociation>(
      session_, std::move(call), [o = std::move(o)](Call& host, const Value& base) -> Result<MfaAssociation> {
        if (o.authenticator_types.empty()) return required("authenticator_types");
        Value body = Value::object({{"authenticator_types", array_of(o.authenticator_types)}});
        if (!o.oob_channels.empty()) body.set("oob_channels", array_of(o.oob_channels));
        set_text(body, "phone_number", o.phone_number);
        set_text(body, "email", o.email);
        return converted<MfaAssociation>(ask(host, base, "POST", "/mfa/associate", o.mfa_token, body), to_association);
      });
}

Task<MfaChallenge> Mfa::async_challenge(MfaChallengeOptions o, CallOptions call) const {
  return with_base<MfaChallenge>(
      session_, std::move(call), [o = std::move(o)](Call& host, const Value& base) -> Result<MfaChallenge> {
        if (o.mfa_token.empty()) return required("mfa_token");
        Value body = Value::object({{"client_id", base["clientID"]}, {"mfa_token", o.mfa_token}});
        if (auth0::is_truthy(base["clientSecret"])) body.set("client_secret", base["clientSecret"]);
        set_text(body, "challenge_type", o.challenge_type);
        set_text(body, "authenticator_id", o.authenticator_id);
        return converted<MfaChallenge>(ask(host, base, "POST", "/mfa/challenge", o.mfa_token, body), to_challenge);
      });
}

Task<MfaResult> Mfa::async_verify(MfaVerifyOptions o, CallOptions call) const {
  return with_base<MfaResult>(session_, std::move(call),
                              [o = std::move(o)](Call& host, const Value& base) -> Result<MfaResult> {
                                auto body = grant(o);
                                if (!body) return std::move(body).error();
                                auto answer = auth0::post_token(host, base, *std::move(body));
                                if (!answer) return std::move(answer).error();
                                auto result = tokens(auth0::read_tokens(host, base, *answer, {}));
                                if (!result) return std::move(result).error();
                                return MfaResult{*std::move(result), (*answer)["recovery_code"].text()};
                              });
}

Task<Unit> Mfa::async_remove(std::string mfa_token, std::string id, CallOptions call) const {
  return with_base<Unit>(session_, std::move(call),
                         [token = std::move(mfa_token), id = std::move(id)](Call& host, const Value& base) -> Status {
                           if (id.empty()) return required("authenticator_id");
                           const std::string path = "/mfa/authenticators/" + url::percent_encode(id);
                           return converted<Unit>(ask(host, base, "DELETE", path, token, {}), nothing);
                         });
}

Result<std::vector<MfaAuthenticator>> Mfa::authenticators(const std::string& mfa_token, const CallOptions& call) {
  return async_authenticators(mfa_token, call).wait();
}
Result<MfaAssociation> Mfa::associate(const MfaAssociateOptions& options, const CallOptions& call) {
  return async_associate(options, call).wait();
}
Result<MfaChallenge> Mfa::challenge(const MfaChallengeOptions& options, const CallOptions& call) {
  return async_challenge(options, call).wait();
}
Result<MfaResult> Mfa::verify(const MfaVerifyOptions& options, const CallOptions& call) {
  return async_verify(options, call).wait();
}
Status Mfa::remove(const std::string& mfa_token, const std::string& authenticator_id, const CallOptions& call) {
  return async_remove(mfa_token, authenticator_id, call).wait();
}

}  // namespace ostia
