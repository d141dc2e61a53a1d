#include "base/hints.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ostia::authority {

std::string_view hint_for(std::string_view reason) {
  using Entry = std::pair<std::string_view, std::string_view>;
  static constexpr std::array entries = {
      Entry{"client_unknown", "No application has this client_id: look at clients in the tenant's file."},
      Entry{"client_secret_wrong",
            "Send the application's client_secret, or set token_endpoint_auth_method to none for a public client."},
      Entry{"client_assertion_required",
            "This application authenticates with private_key_jwt: send client_assertion and client_assertion_type."},
      Entry{"client_assertion_invalid",
            "The assertion must be signed with a key of client_authentication_methods.private_key_jwt.credentials, "
            "have iss and sub = client_id, aud = the issuer, and a jti that was not used before."},
      Entry{"grant_not_allowed", "Add the grant type to grant_types of the application."},
      Entry{"cross_origin_not_allowed",
            "Set cross_origin_authentication: true on the application, and give it the grant type "
            "http://auth0.com/oauth/grant-type/password-realm."},
      Entry{"origin_not_allowed", "Add the page's origin to Allowed Web Origins (web_origins) of the application."},
      Entry{"realm_unknown",
            "The realm must be the name of a connection that is enabled for the application (enabled_clients)."},
      Entry{"audience_unknown", "Add an API with this identifier (resourceServers)."},
      Entry{"client_grant_missing", "Add an entry to clientGrants with this client_id and audience."},
      Entry{"default_directory_missing",
            "The password grant needs tenant.default_directory; or use the password-realm grant and name the realm."},
      Entry{"signup_disabled", "Set options.disable_signup: false on the connection."},
      Entry{
          "connection_unknown",
          "The connection must exist, be of the right strategy, and be enabled for the application (enabled_clients)."},
      Entry{"sms_provider_missing",
            "Give the sms connection a provider: twilio_sid, twilio_token and from, or provider: sms_gateway with "
            "gateway_url."},
      Entry{"redirect_uri_mismatch", "redirect_uri must be the one of the authorization request, byte for byte."},
      Entry{"code_verifier_mismatch",
            "Send the code_verifier whose SHA-256 was the code_challenge; send none where there was no challenge."},
      Entry{"code_expired", "A code is good for a minute."},
      Entry{"code_replayed", "A code works once. What it gave has been revoked."},
      Entry{"refresh_token_reused",
            "A rotated refresh token came back: keep the newest one only, and let one refresh run at a time. "
            "refresh_token.leeway allows for an overlap."},
      Entry{"mfa_required",
            "Go on with the mfa_token: /mfa/authenticators, /mfa/associate or /mfa/challenge, then a grant of the type "
            "http://auth0.com/oauth/grant-type/mfa-otp, mfa-oob or mfa-recovery-code."},
      Entry{"mfa_factor_missing", "Turn the factor on in guardianFactors."},
      Entry{"not_a_member", "Add the person to the organization, or set assign_membership_on_login on its connection."},
      Entry{"organization_missing", "Send organization, or set organization_usage: allow on the application."},
      Entry{"organization_unknown",
            "The organization must be there, and the application must have organization_usage: allow or require."},
  };
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.first == reason; });
  return it == entries.end() ? std::string_view() : it->second;
}

}  // namespace ostia::authority
