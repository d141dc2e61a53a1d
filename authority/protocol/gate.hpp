// The one gate. Whoever is about to get a session's answer or a token, by whatever way, passes the rules of one table;
// nothing else in the authority says yes. The rules are pure: they are told facts, and ask for those that they miss.
// An executor (`flow/authorize.cpp` for pages, `endpoints/gate.cpp` for tokens) finds the facts out and does what comes
// of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "ostia/result.hpp"

namespace ostia::authority::protocol {

/// How something is asked for. It says which rules ask, and what happens where one does not hold.
enum class Way : std::uint8_t {
  page,           ///< `/authorize`: a person is there, pages can be shown
  silent,         ///< the same with `prompt=none`
  device_page,    ///< the person who lets a device in (RFC 8628 section 3.3)
  code,           ///< an authorization code that comes back
  refresh,        ///< a refresh token
  direct,         ///< a password or a one-time code at the token endpoint
  second_factor,  ///< the second factor of such a request
  device,         ///< a device that asks for its tokens
  exchange,       ///< another API's token (RFC 8693)
};

/// What a rule must know, in the order in which it is found out.
enum class Need : std::uint8_t { person, membership, access, scripts, factors, consent, passkey };

/// What a person is shown where a rule wants something of them.
enum class Page : std::uint8_t { none, login, elsewhere, second_factor, consent, passkey };

/// The person, and the login or the grant that speaks for them.
struct Person {
  bool is_there = false;
  bool is_blocked = false;
  bool is_of_this_epoch = true;     ///< nothing has ended since what they had begun with (`User::epoch`)
  bool is_withdrawn = false;        ///< they have taken back what they had agreed to
  bool session_has_ended = false;   ///< by a logout, or because it was revoked; of a device: because it was revoked
  bool transfer_has_ended = false;  ///< of the login that the session was transferred from
  bool door_is_open = false;        ///< the connection that they came by is enabled for the application now
  bool is_at_upstream = true;       ///< they came by the upstream that the application names, if it names one
  bool agrees_with_hint = true;     ///< they are whom `id_token_hint` names
  bool is_chosen = false;           ///< the session was picked, of several, for this request
  bool is_fresh = false;            ///< the session was made for this very request
  bool was_offered_passkey = false;
  std::int64_t auth_time = 0;                    ///< seconds since 1970
  std::optional<std::int64_t> second_factor_at;  ///< when one was shown last
};

/// The second factor.
struct Factors {
  bool is_wanted = false;         ///< by the tenant, a rule, an action, the application, or the audience
  bool tenant_has_any = false;    ///< one is turned on
  bool was_shown_before = false;  ///< with what comes back now: a code's login, a refresh token's
};

/// What is known. An empty `optional` is found out when a rule needs it.
struct Facts {
  Way way = Way::page;
  std::int64_t now = 0;  ///< seconds since 1970

  // The request.
  bool names_upstream = false;
  bool lacks_organization = false;  ///< the application takes logins to an organization only, and none is named
  bool lacks_proof = false;         ///< the application or the API wants tokens that are bound to more than these are
  bool has_other_key = false;       ///< than what is presented is bound to, or none
  bool prompts_login = false, prompts_select_account = false, has_invitation = false;
  std::optional<std::int64_t> max_age;            ///< seconds (OpenID Connect Core section 3.1.2.1)
  std::optional<std::int64_t> second_factor_age;  ///< seconds, where the application says how old it may be

  std::optional<Person> person;
  std::optional<Status> membership, access, scripts;  ///< an error says why not
  bool scripts_redirect = false;                      ///< what `scripts` asked for
  std::optional<Factors> factors;
  std::optional<bool> consent_is_missing, passkey_is_offered;
};

/// One row of the table.
struct Rule {
  std::string_view label, standard;
  std::string_view ids;  ///< the rows of docs/compatibility.md that it keeps; none where it is ours
  Need needs = Need::person;
  std::span<const Way> ways;  ///< that ask it
  Page page = Page::none;     ///< where pages can be shown
  /// What the application is told where none can be shown: at `/authorize`, and at the token endpoint. No code: the
  /// fact's own error. No description: that of what was presented.
  std::string_view error, description, token_error, token_description, reason;
  int status = 403;  ///< at the token endpoint
  bool (*holds)(const Facts&) = nullptr;
};
/// In the order in which they are asked.
std::span<const Rule> rules();

struct Show {
  Page page;
};
/// To the upstream that the application names.
struct Depart {};
struct Refuse {
  const Rule* rule;
  Error error;  ///< what the application is told
};
struct Allow {};
using Next = std::variant<Need, Show, Depart, Refuse, Allow>;

/// What comes next: a fact that is missing, or the end.
Next next_step(const Facts& facts);

}  // namespace ostia::authority::protocol
