// A connection of the tenant: where its accounts of one kind live, and by which rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "tenant/client.hpp"

namespace ostia::authority {

/// `passwordPolicy` and its companions of a database connection.
struct PasswordPolicy {
  std::string level = "good";  ///< `none`, `low`, `fair`, `good` or `excellent`
  std::int64_t min_length = 8;
  std::int64_t history = 0;  ///< how many former passwords are refused
  bool dictionary = false;   ///< common words are refused, and those of `words`
  std::vector<std::string> words;
  bool no_personal_info = false;
};

/// One-time codes of a passwordless connection.
struct OtpSettings {
  std::int64_t length = 6;      ///< digits
  std::int64_t lifetime = 180;  ///< seconds
};

/// Where text messages go: an HTTP endpoint of Twilio's shape, or a gateway that takes JSON.
struct SmsSettings {
  std::string gateway, gateway_token;  ///< URL, and the bearer token for it
  std::string twilio_url = "https://api.twilio.com", twilio_sid, twilio_token, from, messaging_service;
  [[nodiscard]] bool is_set() const { return !gateway.empty() || !twilio_sid.empty(); }
};

/// A message's own wording on a passwordless connection.
struct MessageWording {
  std::string from, subject, body;
  bool liquid = true;
};

/// Where an upstream's people sign in (OAuth 2 or OpenID Connect). What a strategy knows by itself is filled in.
struct Upstream {
  bool is_oidc = false;  ///< it gives ID tokens
  std::string client_id, client_secret;
  std::string issuer, discovery_url, authorization_url, token_url, userinfo_url, jwks_url, end_session_url;
  std::string scope;
  std::string team_id, key_id;    ///< Apple's: the client secret is a JWT, signed with the key that `client_secret` is
  bool is_front_channel = false;  ///< the ID token comes through the browser, and nothing is exchanged
  bool uses_pkce = true;
  bool secret_in_header = false;  ///< HTTP Basic instead of a form's field
  bool is_stand_in = false;       ///< `ostia.stand_in`: a page of this program plays the provider (`--dev`)
  json::Value upstream_params;    ///< sent along to `authorize`
};

struct Connection {
  std::string id, name, strategy;
  std::string display_name;
  std::vector<std::string> enabled_clients;  ///< ids; all when `everywhere`
  bool is_for_third_parties = false;         ///< `is_domain_connection`: applications of others may use it, too
  bool everywhere = false;
  bool disable_signup = false;
  bool requires_username = false;
  std::int64_t username_min = 1, username_max = 15;
  bool brute_force_protection = true;
  PasswordPolicy password_policy;
  OtpSettings otp;
  SmsSettings sms;
  MessageWording wording;
  Upstream upstream;
  bool syncs_profile = true;           ///< `set_user_root_attributes: on_each_login`
  bool takes_passkeys = false;         ///< `authentication_methods.passkey.enabled`
  bool shows_button = true;            ///< on the login page
  bool is_for_administrators = false;  ///< the one that `/dashboard` admits (`Tenant::administrators_connection`)

  [[nodiscard]] bool is_upstream() const { return !is_database() && !is_passwordless(); }
  [[nodiscard]] bool is_database() const { return strategy == "auth0"; }
  [[nodiscard]] bool is_passwordless() const { return strategy == "email" || strategy == "sms"; }
  [[nodiscard]] bool is_enabled_for(const Client& client) const;
  /// Whether people may make accounts of their own for the application: nobody signs up to the dashboard.
  [[nodiscard]] bool takes_signups_for(const Client& client) const;
};

/// Whether this program can do something with connections of that strategy.
bool is_known_strategy(std::string_view strategy);

Connection read_connection(const json::Value& document);

}  // namespace ostia::authority
