#include "flow/asked.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {

std::string place_of(const std::string& redirect_uri) {
  const auto uri = url::parse(redirect_uri);
  if (!uri) return redirect_uri;
  return std::string(uri->host.empty() || !uri->scheme.starts_with("http") ? uri->scheme : uri->host);
}

// Unicode Standard Annex 9: the first strong isolate, and its end.
std::string shown_name(const Client& client) {
  return client.is_registered ? "\u2068" + client.name + "\u2069" : client.name;
}

std::vector<std::string> what_is_asked(const Step& step, const Access& access) {
  const auto api = step.tenant->find_api(access.audience);
  std::vector<std::string> out;
  for (const auto word : text::split(access.scope, ' ')) {
    if (word == "openid")
      out.push_back(step.text("consent.identity"));
    else if (word == "profile" || word == "email")
      out.push_back(step.text("consent." + std::string(word)));
    else if (word == "offline_access")
      out.push_back(step.text("consent.offline"));
    else {
      const auto text = api ? api->scope_texts.find(word) : decltype(api->scope_texts.end()){};
      out.push_back(api && text != api->scope_texts.end() ? api->name + ": " + text->second
                                                          : (api ? api->name + ": " : "") + std::string(word));
    }
  }
  return out;
}

std::string how_long(const Authority& a, const Step& step, const Access& access) {
  if (text::has_word(access.scope, "offline_access")) return step.text("consent.lifetime.open");
  constexpr std::int64_t minute = 60, hour = 3600;
  const std::int64_t seconds = access_token_lifetime(a, {.client_id = step.client->id, .audience = access.audience});
  const std::string time = seconds % hour == 0 ? text::decimal(seconds / hour) + "\u00A0h"
                                               : text::decimal((seconds + minute - 1) / minute) + "\u00A0min";
  return step.text("consent.lifetime", {{"time", time}});
}

}  // namespace ostia::authority
