// Profiles of all kinds in one form (AZ-1609): what OpenID Connect has a name for gets that name, the rest
// stays as it came.
#include <algorithm>

#include "base/address.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "upstream/identity.hpp"

namespace ostia::authority::upstream {
namespace {

using json::Value;

constexpr std::size_t most_profile = 32 * 1024;  // bytes of it as JSON
constexpr std::size_t most_id = 255, most_text = 1024;

// `from` is a path of member names.
struct Name {
  const char *to, *from;
};
struct Dialect {
  const char* strategy;
  const char* id;
  std::initializer_list<Name> names;
};
const Dialect dialects[] = {
    {"github", "id", {{"nickname", "login"}, {"picture", "avatar_url"}, {"profile", "html_url"}}},
    {"facebook", "id", {{"given_name", "first_name"}, {"family_name", "last_name"}, {"picture", "picture.data.url"}}},
    {"twitter",
     "data.id",
     {{"name", "data.name"},
      {"nickname", "data.username"},
      {"screen_name", "data.username"},
      {"picture", "data.profile_image_url"},
      {"email", "data.confirmed_email"}}},
};

// What an account has of its own, and what a token says about itself.
constexpr std::string_view not_theirs[] = {"user_id",
                                           "identities",
                                           "blocked",
                                           "user_metadata",
                                           "app_metadata",
                                           "multifactor",
                                           "created_at",
                                           "updated_at",
                                           "last_ip",
                                           "last_login",
                                           "clientID",
                                           "connection",
                                           "username",
                                           "logins_count",
                                           "permissions",
                                           "roles",
                                           "iss",
                                           "aud",
                                           "exp",
                                           "iat",
                                           "nbf",
                                           "nonce",
                                           "at_hash",
                                           "c_hash",
                                           "s_hash",
                                           "azp",
                                           "auth_time",
                                           "sid",
                                           "jti",
                                           "acr",
                                           "amr",
                                           "sub",
                                           "org_id",
                                           "org_name",
                                           "phone_number",
                                           "phone_number_verified",
                                           "phone_verified",
                                           "administrator"};
constexpr std::string_view texts_of_profile[] = {"name",    "given_name", "family_name", "nickname",
                                                 "picture", "email",      "locale"};

const Value& at(const Value& v, std::string_view path) {
  const auto dot = path.find('.');
  const Value& member = v[std::string(path.substr(0, dot))];
  return dot == path.npos ? member : at(member, path.substr(dot + 1));
}

bool is_one_of(std::string_view name, const auto& list) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

std::string id_in(const Value& v) {
  if (v.is_string()) return v.text();
  const auto number = v.as_int();
  return number ? std::to_string(*number) : "";
}

bool is_good_id(const std::string& id) {
  return !id.empty() && id.size() <= most_id && text::is_utf8(id) &&
         std::none_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_good_text(const Value& v, std::string_view name) {
  return v.is_string() && !v.text().empty() && v.text().size() <= most_text &&
         (name != "picture" || (v.text().starts_with("https://") && is_web_url(v.text())));
}

std::string find_id(const Connection& c, const Dialect* dialect, const Value& raw) {
  if (dialect) return id_in(at(raw, dialect->id));
  if (c.strategy != "oauth2") return raw["sub"].text();
  for (const char* name : {"user_id", "sub", "id"})
    if (auto id = id_in(raw[name]); !id.empty()) return id;
  return {};
}

}  // namespace

// AZ-1609 · OpenID Connect Core section 5.1
Result<Identity> read_profile(const Connection& c, const Value& raw) {
  const auto* dialect = std::find_if(std::begin(dialects), std::end(dialects),
                                     [&](const Dialect& d) { return c.strategy == d.strategy; });
  if (dialect == std::end(dialects)) dialect = nullptr;
  Identity out{find_id(c, dialect, raw), Value::object(), Value::object(), {}};
  if (!is_good_id(out.id)) return refused("its profile has no id that an account could have", "upstream_id_missing");
  for (const auto& [name, item] : raw.members()) {
    if (!is_one_of(name, not_theirs) && name != "data") out.profile.set(name, item);
  }
  if (dialect) {
    for (const auto& [to, from] : dialect->names)
      if (const Value& value = at(raw, from); !value.is_null()) out.profile.set(to, value);
  }
  for (const auto name : texts_of_profile) {
    const std::string key(name);
    if (out.profile.find(key) && !is_good_text(out.profile[key], name)) out.profile.erase(key);
  }
  // An address counts as verified where the upstream says so, in a boolean or (Apple) a text, and nowhere else.
  const bool says_so = raw["email_verified"].as_bool() || raw["email_verified"].is("true");
  const bool is_confirmed = !raw["data"]["confirmed_email"].is_null();
  out.profile.set("email_verified", !out.profile["email"].is_null() && (says_so || is_confirmed));
  if (json::write(out.profile).size() > most_profile)
    return refused("its profile is larger than " + std::to_string(most_profile) + " bytes",
                   "upstream_profile_too_large");
  return out;
}

}  // namespace ostia::authority::upstream
