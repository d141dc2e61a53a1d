// The tenant as handlers read it: an immutable snapshot of its settings, applications and APIs, replaced whole when
// something changes. What is stored are the Management API's own documents; this is their typed reading.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rate_limiter.hpp"
#include "crypto/secrets.hpp"
#include "http/networks.hpp"
#include "store/store.hpp"
#include "tenant/administration.hpp"
#include "tenant/client.hpp"
#include "tenant/connection.hpp"
#include "tenant/found.hpp"
#include "tenant/session_limits.hpp"

namespace ostia::authority {

/// What an access token is bound to, so that who only has the token has nothing.
enum class Proof : std::uint8_t {
  none,
  dpop,  ///< a key of the client's (RFC 9449)
  mtls,  ///< the client's certificate (RFC 8705)
};

/// A resource server.
struct Api {
  std::string identifier, name;
  std::vector<std::string> scopes;
  std::map<std::string, std::string, std::less<>> scope_texts;  ///< what a consent page says of a scope
  std::string signing_alg = "RS256";                            ///< one of `signing_algorithms()`, or `HS256`
  std::string signing_secret;                                   ///< of `HS256`
  bool is_rfc9068 = false;  ///< `token_dialect`: `rfc9068_profile`, not the vendor's own
  bool allows_offline_access = false;
  bool enforces_policies = false;              ///< scopes are what a person's roles permit
  bool tells_permissions = false;              ///< the claim `permissions` (`token_dialect`: `access_token_authz`)
  bool skips_consent = true;                   ///< for first-party applications
  std::int64_t token_lifetime = 86400;         ///< seconds
  std::int64_t token_lifetime_for_web = 7200;  ///< seconds, for tokens from `/authorize`
  Proof proof = Proof::none;                   ///< `proof_of_possession.mechanism`
  bool requires_proof = false;                 ///< tokens that are bound to nothing are not given
  bool requires_proof_of_public = false;       ///< `required_for: public_clients`: only those must
};

/// `emailProvider`, of the name `smtp`.
struct SmtpSettings {
  std::string host, user, password, from;
  std::int64_t port = 587;
  bool enabled = false;
};

/// One of `emailTemplates`: the tenant's own wording of a mail.
struct EmailTemplate {
  bool enabled = true;
  std::string from, subject, body, result_url;
  std::int64_t url_lifetime = 432'000;  ///< seconds
};

/// `attackProtection`.
struct AttackProtection {
  bool brute_force = true, brute_force_blocks = true, brute_force_notifies = true;
  bool per_address = true;  ///< failures of an account are counted per address
  std::int64_t max_failures = 10;
  Networks brute_force_allowlist;
  bool throttles_addresses = true;
  std::int64_t max_address_failures = 100;
  std::int64_t address_refill_ms = 864'000;  ///< one more attempt each
  Networks address_allowlist;
  bool throttles_signups = true;  ///< the stage `pre-user-registration`, by network
  std::int64_t max_signups = 50;
  std::int64_t signup_refill_ms = 1200;  ///< one more each
  /// Passwords that have been published are refused at a login, a sign-up, a change.
  struct Breaches {
    bool at_login = false, at_registration = false, at_change = false;
    std::string file;  ///< sorted SHA-1 hashes, in the form that Have I Been Pwned publishes
  } breaches;
  /// `captcha` and `botDetection`: which provider asks, and when. The vendor's `simple_captcha` is the built-in one.
  struct Captcha {
    enum class When : std::uint8_t { never, when_risky, always };
    std::string provider = "simple_captcha";
    std::string site_key, secret;                             ///< of the provider
    std::string project, client_subdomain, verify_subdomain;  ///< of those that have them
    std::string verify_url;                                   ///< `ostia.verify_url`: asked in the provider's place
    bool fails_open = false;                                  ///< `fail_open`: who cannot be asked is let through
    When at_password = When::never, at_passwordless = When::never, at_reset = When::never;
    bool only_watches = false;  ///< `monitoring_mode_enabled`
    Networks allowlist;
  } captcha;
};

/// `ostia.rate_limits`: for each node. Without a word of the tenant's about them, this machine's own addresses are
/// free.
struct RateLimits {
  Rate address{100, 1000}, account{1, 30}, client{0, 0};
  Networks exempt = Networks::parse_good({"127.0.0.0/8", "::1"});
};

/// One of `rules`.
struct Rule {
  std::string id, name, script;
  std::int64_t order = 0;
};

/// One of `actions`, as it was deployed.
struct Action {
  std::string id, name, code;
  std::map<std::string, std::string> secrets;
};

/// One of `tokenExchangeProfiles`: an action says whom tokens of that type, which are not ours, stand for.
struct ExchangeProfile {
  std::string id, name, subject_token_type;
  Action action;
};

/// One of `clientGrants`: what an application may have by itself of an API.
struct ClientGrant {
  enum class Organizations : std::uint8_t { deny, allow, require };
  std::string id;
  std::vector<std::string> scopes;
  bool has_all_scopes = false;                        ///< `allow_all_scopes`
  Organizations organizations = Organizations::deny;  ///< `organization_usage`
  bool any_organization = false;                      ///< `allow_any_organization`: not only those it is given to
};

/// One of `organizations`.
struct Organization {
  std::string id, name, display_name, logo;
  struct Door {
    std::string connection;
    bool makes_members = false;  ///< `assign_membership_on_login`
  };
  std::vector<Door> connections;
  std::vector<std::string> client_grants;  ///< ids of those that are given to it
  [[nodiscard]] const Door* find_door(std::string_view connection) const;
};

/// One of `roles`: pairs of an API and a permission.
struct Role {
  std::string id, name;
  std::vector<std::pair<std::string, std::string>> permissions;
};

/// One of `logStreams`, of the type `http`.
struct LogStream {
  std::string id, name, url, authorization, content_type = "application/json", format = "JSONARRAY";
  std::vector<std::string> types;  ///< of the entries, or categories of them; empty: all
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Who may register applications by themselves (RFC 7591).
struct ClientRegistration {
  enum class Mode : std::uint8_t { off, with_token, open };
  Mode mode = Mode::off;              ///< `flags.enable_dynamic_client_registration`, `ostia.registration`
  bool takes_documents = false;       ///< `client_id_metadata_document_supported`: a client id may be a URL
  std::int64_t keeps_unused = 86400;  ///< seconds after which a registration that nobody has used is removed
};

struct Branding {
  std::string primary, background, logo;
};

struct Tenant : std::enable_shared_from_this<Tenant> {
  std::int64_t revision = 0;  ///< of the stored documents
  std::string name = "Ostia", support_email, support_url;
  std::string default_audience, default_directory;
  std::string default_login;   ///< `default_redirection_uri`: where people begin a login
  std::string administrators;  ///< `ostia.administrators_connection`: the one that the dashboard admits
  std::vector<std::string> with_administrators;  ///< without that setting: the databases that administrators are in
  std::vector<std::string> allowed_logout_urls, enabled_locales, custom_domains;
  std::int64_t session_lifetime = 168 * 3600;      ///< seconds
  std::int64_t idle_session_lifetime = 72 * 3600;  ///< seconds
  [[nodiscard]] SessionLimits session_limits() const { return {session_lifetime, idle_session_lifetime}; }
  bool says_user_exists = false;          ///< `flags.enable_public_signup_user_exists_error`
  bool skips_consent_on_loopback = true;  ///< `ostia.skip_consent_on_loopback`
  bool tells_of_new_browsers = true;      ///< `ostia.new_browser_notices`
  bool takes_token_in_query = true;       ///< `ostia.userinfo_by_query`: `GET /userinfo?access_token=`
  bool resource_is_audience = true;       ///< `resource_parameter_profile`: unless it is `audience` (RFC 8707)
  ClientRegistration registration;
  Administration administration;
  Branding branding;
  AttackProtection attack_protection;
  RateLimits rate_limits;
  SmtpSettings smtp;
  std::map<std::string, EmailTemplate, std::less<>> email_templates;
  std::map<std::string, Client, std::less<>> clients;
  std::map<std::string, Api, std::less<>> apis;
  std::map<std::string, ClientGrant, std::less<>> grants;  ///< by `client_id audience`
  std::vector<ExchangeProfile> exchange_profiles;
  std::vector<Connection> connections;
  std::vector<Rule> rules;  ///< in their order, those that are turned on
  std::map<std::string, std::string> rule_configs;
  std::vector<Action> post_login;     ///< the actions of that trigger, in their order
  std::vector<std::string> factors;   ///< second factors that are turned on
  bool gives_recovery_codes = true;   ///< unless the factor `recovery-code` is turned off
  bool always_second_factor = false;  ///< `guardianPolicies`: `all-applications`
  bool chooses_factor_in_action = false;
  std::vector<Organization> organizations;
  std::map<std::string, Role, std::less<>> roles;
  std::vector<LogStream> log_streams;
  std::int64_t log_retention = 30 * 24 * 3600;  ///< seconds; `ostia.log_retention_days`
  std::int64_t log_refusals = 200'000;          ///< entries of strangers' refusals; `ostia.log_refusals`
  std::int64_t script_timeout = 20;             ///< seconds; `ostia.script_timeout_s`

  [[nodiscard]] Found<Client> find_client(std::string_view id) const;
  [[nodiscard]] Found<Api> find_api(std::string_view identifier) const;
  [[nodiscard]] Found<Connection> find_connection(std::string_view name) const;
  [[nodiscard]] Found<Connection> find_connection_by_id(std::string_view id) const;
  /// The first one of which `is` is true.
  template <class Is>
  [[nodiscard]] Found<Connection> find_connection_that(Is is) const {
    return first(connections, is);
  }
  /// By its id or its name.
  [[nodiscard]] Found<Organization> find_organization(std::string_view id_or_name) const;
  /// Whether rules or actions are asked at a login.
  [[nodiscard]] bool has_scripts() const { return !rules.empty() || !post_login.empty(); }
  /// Whether mails of that kind go out: unless their template is turned off; the welcome only where it is turned on.
  [[nodiscard]] bool sends(std::string_view kind) const;
  /// The connection of that name, if the application may use it.
  [[nodiscard]] Found<Connection> find_connection(std::string_view name, const Client& client) const;
  /// A client grant; null when there is none.
  [[nodiscard]] Found<ClientGrant> find_grant(std::string_view client_id, std::string_view audience) const;
  /// Where users live who name no connection.
  [[nodiscard]] std::string first_database() const;
  /// The database that the first administrator is made in: `ostia.administrators_connection`, else the first one; null
  /// if there is none.
  [[nodiscard]] Found<Connection> administrators_connection() const;
  /// By what its tokens are signed, RS256 and shared secrets aside.
  [[nodiscard]] std::vector<std::string> other_algorithms() const;
  /// Whether any application lists the origin, for requests that do not say which they come from.
  [[nodiscard]] bool allows_origin(std::string_view origin) const;

 private:
  template <class Map>
  [[nodiscard]] Found<typename Map::mapped_type> at(const Map& all, std::string_view key) const {
    const auto it = all.find(key);
    if (it == all.end()) return nullptr;
    return {weak_from_this().lock(), &it->second};
  }
  template <class T, class Is>
  [[nodiscard]] Found<T> first(const std::vector<T>& all, Is is) const {
    const auto it = std::find_if(all.begin(), all.end(), is);
    if (it == all.end()) return nullptr;
    return {weak_from_this().lock(), &*it};
  }
};

/// The scopes of the Management API that a person may be given for their own account.
const std::vector<std::string>& current_user_scopes();

/// Reads the stored documents, all of one revision. `secrets` opens what is kept sealed.
Result<std::shared_ptr<const Tenant>> load_tenant(Store& store, const Secrets& secrets);

}  // namespace ostia::authority
