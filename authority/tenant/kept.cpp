#include "tenant/kept.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {

extern const std::string_view kept_json;

namespace {

using json::Value;

KeptResource read(const std::string& path, const Value& v) {
  KeptResource r;
  r.path = path;
  r.one = v["one"].text();
  r.noun = v["noun"].text();
  r.why = v["why"].text();
  r.list = text_or(v["list"], "");
  r.id = text_or(v["id"], "id");
  r.prefix = text_or(v["prefix"], "");
  r.methods = v["methods"].text();
  r.is_single = v["single"].as_bool();
  r.is_open = v["open"].as_bool();
  r.has_times = v["times"].as_bool(!r.is_single);
  r.created = static_cast<int>(v["created"].as_int().value_or(201));
  r.deleted = static_cast<int>(v["deleted"].as_int().value_or(204));
  r.required = texts(v["required"]);
  r.secrets = texts(v["secrets"]);
  r.set = text_or(v["set"], "");
  r.text = text_or(v["text"], "");
  r.first = text_or(v["first"], "");
  r.counts = v["counts"].as_bool();
  r.made = v["made"];
  r.defaults = v["defaults"];
  return r;
}

bool fits(std::string_view pattern, std::string_view path) {
  const auto wanted = text::split(pattern, '/'), given = text::split(path, '/');
  return wanted.size() == given.size() &&
         std::equal(wanted.begin(), wanted.end(), given.begin(),
                    [](auto part, auto word) { return part.starts_with('{') ? !word.empty() : part == word; });
}

}  // namespace

const std::vector<KeptResource>& kept_resources() {
  static const std::vector<KeptResource> all = [] {
    const Value table = *json::parse(kept_json);
    std::vector<KeptResource> out;
    for (const auto& [path, row] : table.members()) out.push_back(read(path, row));
    return out;
  }();
  return all;
}

const KeptResource* find_kept(std::string_view path) {
  const auto& all = kept_resources();
  const auto it = std::find_if(all.begin(), all.end(), [&](const KeptResource& r) {
    return fits(r.is_single ? r.path : r.path + "/{item}", path);
  });
  return it == all.end() ? nullptr : &*it;
}

bool is_kept_strategy(std::string_view strategy) {
  constexpr std::string_view all[] = {"ad",
                                      "adfs",
                                      "amazon",
                                      "aol",
                                      "auth0-adldap",
                                      "auth0-oidc",
                                      "baidu",
                                      "bitbucket",
                                      "bitly",
                                      "box",
                                      "custom",
                                      "daccount",
                                      "dropbox",
                                      "dwolla",
                                      "evernote",
                                      "evernote-sandbox",
                                      "exact",
                                      "fitbit",
                                      "google-apps",
                                      "instagram",
                                      "ip",
                                      "line",
                                      "miicard",
                                      "office365",
                                      "paypal",
                                      "paypal-sandbox",
                                      "pingfederate",
                                      "planningcenter",
                                      "salesforce",
                                      "salesforce-community",
                                      "salesforce-sandbox",
                                      "samlp",
                                      "sharepoint",
                                      "shopify",
                                      "shop",
                                      "soundcloud",
                                      "thirtysevensignals",
                                      "untappd",
                                      "vkontakte",
                                      "waad",
                                      "weibo",
                                      "wordpress",
                                      "yahoo",
                                      "yandex"};
  return std::find(std::begin(all), std::end(all), strategy) != std::end(all);
}

}  // namespace ostia::authority
