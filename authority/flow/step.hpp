// A step of Universal Login: a page between an authorization request and its answer. The request travels sealed in the
// page's `state`, good only in the browser that it was shown to.
#pragma once

#include "accounts/users.hpp"
#include "grants/authorization_request.hpp"
#include "grants/organization.hpp"
#include "pages/look.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// The session that a request may be answered from, if any.
Async<std::optional<SignedIn>> current_session(Authority& a, const Request& request);

/// Goes on with a request whose session was made just now, without asking for its cookie.
boost::asio::awaitable<Response> continue_with(Authority& a, const Request& request, AuthorizationRequest r,
                                               SignedIn who);

struct Step {
  AuthorizationRequest request;
  std::string state;  ///< as it came, for the page's form
  std::shared_ptr<const Tenant> tenant;
  Found<Client> client;
  pages::Look look;
  Parameters form;  ///< of a POST

  /// Where a link of the page leads: another page with the same state.
  [[nodiscard]] std::string to(std::string_view path) const { return std::string(path) + "?state=" + state; }
  /// Where the person may sign in.
  [[nodiscard]] Doors doors() const { return {*tenant, *client, request.organization}; }
  /// A text of the page; without values of its own it may name the `tenant` and the `client`.
  [[nodiscard]] std::string text(std::string_view key, TextValues values = {}) const;
};

/// Nothing if the state is not ours, older than an hour, of another browser or of another domain, or if its client or
/// redirect URI has been taken off the list since.
std::optional<Step> open_step(const Authority& a, const Request& request, std::string_view state);
/// The step of a page that is shown (its state is in the query), and of one that was sent (in the form).
std::optional<Step> shown_step(const Authority& a, const Request& request);
std::optional<Step> sent_step(const Authority& a, const Request& request);
/// What a person sees whose page is no longer good.
Response stale_page(const Authority& a, const Request& request);

/// Sends the browser to the page at `path`, with the request.
Response show_step(const Authority& a, const Request& request, const AuthorizationRequest& r, std::string_view path);
/// Sends the browser to the address that `make_url` makes of the request's state: it comes back with it.
using MakeUrl = std::function<std::string(const std::string& state)>;
Response leave_with_state(const Authority& a, const Request& request, const AuthorizationRequest& r,
                          const MakeUrl& make_url);
/// Sends the browser to `url`, somewhere else, with the request: it comes back to `/continue`.
Response leave_step(const Authority& a, const Request& request, const AuthorizationRequest& r, std::string url);
/// The page that a request begins with.
std::string_view first_page(const Tenant& tenant, const Client& client, const AuthorizationRequest& r,
                            bool has_session);

/// Starts a session for `user`, a new one each time, and lets the request go on. `body`: what the session keeps beyond
/// what all have.
boost::asio::awaitable<Response> finish_login(Authority& a, const Request& request, AuthorizationRequest r, User user,
                                              json::Value body = {});
/// The same without a redirect: the session, and its cookie for the answer.
struct NewSession {
  SignedIn who;
  std::string cookie;
};
Async<NewSession> make_session(Authority& a, const Request& request, User user, json::Value body = {});

/// Whether somebody who has just signed in with a password should be asked to make a passkey.
Async<bool> offers_passkey(Authority& a, const Request& request, const AuthorizationRequest& r, const SignedIn& who);

/// The alert of a page for an error of the accounts.
std::string alert_for(const pages::Look& look, const Error& error);

}  // namespace ostia::authority
