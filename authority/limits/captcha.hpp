// The question whether somebody is a robot, wherever an account can be tried, made or written to: when it is asked is
// the tenant's word (`botDetection`), whose question it is `captcha`'s. Auth0: attack-protection
#pragma once

#include "pages/pages.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// What somebody is about to do. An answer is good for one of them.
enum class Stage : std::uint8_t { login, signup, passwordless, reset };

/// Somebody who may go on: the question has been answered where it is asked. Whatever checks a password, makes an
/// account or sends a message to a stranger's address takes one, so that no way there can leave the question out.
class Human {
 public:
  /// Who has proven already whose account it is: signed in, or with a link that was sent to them.
  static Human proven() { return {}; }

 private:
  Human() = default;
  friend Async<Human> check_captcha(Authority& a, const Request& request, Stage stage, std::string answer);
};

/// Whether whoever asks must answer first.
Async<bool> is_captcha_asked(Authority& a, const Request& request, Stage stage);

/// Checks `answer`, the form's `captcha`, where there is one to give; it is used up. Errors: 400 `invalid_captcha`,
/// with the reason `captcha_wrong`; 503 `temporarily_unavailable`, with the reasons `captcha_unreachable` and
/// `captcha_incomplete`, where the provider cannot be asked.
Async<Human> check_captcha(Authority& a, const Request& request, Stage stage, std::string answer);

/// The same error for a program that logs people in without a page: `requires_verification` where it sent no answer.
Error as_program_error(Error error, std::string_view answer, int status);

/// What a page of an application's own needs to ask, as `…/challenge` gives it; of the built-in question with a
/// challenge to solve.
Async<json::Value> captcha_challenge(Authority& a, const Request& request, Stage stage);
/// Whether the caller of `…/challenge` is a library that says what it is and cannot ask the question that would come.
bool cannot_show_captcha(const Authority& a, const Request& request);

/// The page of a form, with the question in it where it is asked.
boost::asio::awaitable<Response> form_with_captcha(Authority& a, const Request& request, Stage stage, pages::Look look,
                                                   pages::FormPage page);

}  // namespace ostia::authority
