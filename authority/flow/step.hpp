// A step of Universal Login: a page between an authorization request and its answer. The request travels sealed in the
// page's `state`, good only in the browser that it was shown to.
#pragma once

#include "accounts/users.hpp"
#include "grants/authorization_request.hpp"
#include "grants/organization.hpp"
#include "pages/look.hpp"
#include "state/authority.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {

/// The session that a request may be answered from, if any.
Async<std::optional<SignedIn>> current_session(Authority& a, const Request& request);

/// How long a page may wait for its person, in seconds.
inline constexpr std::int64_t state_lifetime = 3600;

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

/// Nothing if the state is not ours, older than an hour, of another browser or of another domain, made for other pages
/// than the one that is asked, or if its client or redirect URI has been taken off the list since.
using Opening = boost::asio::awaitable<std::optional<Step>>;
Opening open_step(Authority& a, const Request& request, std::string state);
/// The step of a page that is shown (its state is in the query), and of one that was sent (in the form).
Opening shown_step(Authority& a, const Request& request);
Opening sent_step(Authority& a, const Request& request);
/// What a person sees whose page is no longer good; `links` say where to go from there.
Response stale_page(const Authority& a, const Request& request, std::vector<pages::Link> links = {});
/// The same for a page that a state belongs to: what the state asks for begins anew, at once if it has only become too
/// old, else by a link. One that says nothing leads to where the tenant's people log in
/// (`default_redirection_uri`).
boost::asio::awaitable<Response> begin_anew(Authority& a, const Request& request);
/// Where somebody can go on who came for that application: its own start of a login, if it has named one.
std::vector<pages::Link> way_back(const Authority& a, const pages::Look& look, std::string_view client_id);

/// Sends the browser to the page at `path`, with the request.
using Showing = boost::asio::awaitable<Response>;
Showing show_step(Authority& a, const Request& request, AuthorizationRequest r, std::string path);
/// Sends the browser to `url`, somewhere else, with the request: it comes back to `/continue`.
Showing leave_step(Authority& a, const Request& request, AuthorizationRequest r, std::string url);
/// Sends the browser to the address that `make_url` makes of the request's state: it comes back with it to `back`, a
/// path. `longest`: how many bytes the state may have.
using MakeUrl = std::function<std::string(const std::string& state)>;
Showing leave_with_state(Authority& a, const Request& request, AuthorizationRequest r,
                         std::string_view back,  // NOLINT: a literal
                         MakeUrl make_url, std::size_t longest = longest_in_address);
/// The page that a request begins with.
std::string first_page(const Tenant& tenant, const Client& client, const AuthorizationRequest& r, bool has_session);

/// A ticket for a form of a page that no request belongs to, good in this browser only; `response` names the browser if
/// it has no name yet. `seconds`: how long.
std::string seal_for_browser(const Authority& a, const Request& request, Response& response, std::string_view purpose,
                             std::int64_t seconds);
bool is_of_browser(const Authority& a, const Request& request, std::string_view purpose, std::string_view ticket);

/// A page that a link in a mail leads to: scanners open it, so that its button decides and not the visit, and some
/// press buttons, too, so that it counts only in a browser that keeps what it got with the page. `purpose`: the link's.
Response link_page(const Authority& a, const Request& request, const pages::Look& look, pages::FormPage page,
                   std::string_view purpose);
/// What whoever presses the button without that gets instead: nothing has been used up, and `path_and_query` opens the
/// page again. Nothing if it counts.
std::optional<Response> refuse_robot(const Authority& a, const Request& request, const Parameters& form,
                                     std::string_view purpose, std::string path_and_query);

/// Starts a session for `user`, a new one each time, and lets the request go on. `body`: what the session keeps beyond
/// what all have.
boost::asio::awaitable<Response> finish_login(Authority& a, const Request& request, AuthorizationRequest r, User user,
                                              json::Value body = {});
/// The same without a redirect: the session, and its cookie for the answer. `request` comes with its browser's name
/// (`with_device`), which is known from now on.
struct NewSession {
  SignedIn who;
  std::string cookie;
};
/// `auth_time`: as in `start_session`.
Async<NewSession> make_session(Authority& a, const Request& request, User user, json::Value body = {},
                               std::optional<std::int64_t> auth_time = {});

/// Whether somebody who has just signed in with a password should be asked to make a passkey.
Async<bool> offers_passkey(Authority& a, const Request& request, const AuthorizationRequest& r, const SignedIn& who);

/// The alert of a page for an error of the accounts.
std::string alert_for(const pages::Look& look, const Error& error);

}  // namespace ostia::authority
