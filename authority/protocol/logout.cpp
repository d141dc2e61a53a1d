// `/v2/logout` (checklist section 8): ends the session always; goes to `returnTo` only if it is listed.
#include <algorithm>

#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/url/url.hpp"
#include "pages/pages.hpp"
#include "protocol/authority.hpp"
#include "protocol/cookies.hpp"

namespace ostia::authority {
namespace {

// With a client, its own list counts; without one, the tenant's.
std::optional<pages::ErrorPage> check_return(const Authority& a, std::string_view client_id, bool with_client,
                                             const std::string& to) {
  const auto tenant = a.tenant();
  const Client* client = with_client ? tenant->find_client(client_id) : nullptr;
  if (with_client && !client)
    return pages::ErrorPage{400, "You are logged out",
                            "The application that sent you here is not known, so there is no way back to it.",
                            "invalid_request: unknown client", ""};
  const auto& list = client ? client->allowed_logout_urls : tenant->allowed_logout_urls;
  if (to.empty() || oauth::is_registered_redirect_uri(to, list, {})) return {};
  return pages::ErrorPage{
      400, "You are logged out", "The application asked to return to an address that is not on its list.",
      "invalid_request: the \"returnTo\" parameter is not defined as a valid URL in \"Allowed Logout URLs\"",
      "add \"" + to + "\" to the Allowed Logout URLs of " + (client ? "\"" + client->name + "\"" : "the tenant") +
          ". The comparison is exact."};
}

}  // namespace

Answering logout(Authority& a, Request request) {
  const Parameters p(url::parse_form(request.query));
  auto ended_task = end_session(a.store, read_cookie(request, CookieKind::session));
  auto ended = co_await std::move(ended_task);
  if (!ended)
    co_return pages::error(
        {500, "You are still logged in", "The session could not be ended. Try again.", "server_error", ""});
  const std::string to(p.get("returnTo"));
  auto page = check_return(a, p.get("client_id"), p.has("client_id"), to);
  if (page && !a.dev) page->hint.clear();
  Response response = page         ? pages::error(*page)
                      : to.empty() ? pages::message("You are logged out", "You can close this page.")
                                   : redirect(to);
  set_cookie(response, request, CookieKind::session, "", 0);
  co_return response;
}

}  // namespace ostia::authority
