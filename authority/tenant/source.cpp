#include "tenant/source.hpp"

#include <algorithm>
#include <filesystem>

#include "ostia/text/ascii.hpp"
#include "tenant/documents.hpp"
#include "tenant/markers.hpp"
#include "tenant/source_reader.hpp"
#include "tenant/yaml.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;
using json::Value;

Error bad(const std::string& where, const std::string& what) {
  return caller_error("invalid_config", where + ": " + what, "invalid_config");
}

// ---- What is a tenant at all

// Sections of the deploy CLI beside those that are documents of their own here.
constexpr std::string_view other_sections =
    "tenant databases branding emailProvider attackProtection triggers prompts guardianPolicies "
    "guardianFactorProviders guardianFactorTemplates guardianPhoneFactorMessageTypes "
    "guardianPhoneFactorSelectedProvider hooks themes forms flows flowVaultConnections networkACLs "
    "phoneProviders phoneTemplates selfServiceProfiles userAttributeProfiles connectionProfiles "
    "tokenExchangeProfiles supplementalSignals rateLimitPolicies riskAssessment eventStreams "
    "actionModules clientAuthCredentials exclude";

bool is_section(std::string_view name) {
  const auto is_its = [&](const Section& s) { return name == s.name && *s.key != '\0'; };
  const auto& known = sections();
  return std::any_of(known.begin(), known.end(), is_its) || text::has_word(other_sections, name);
}

Status check_is_tenant(const Value& config, const std::string& path) {
  const auto keys = config.keys();
  if (config.is_object() && keys.empty()) return ok();
  if (config.is_object() && std::any_of(keys.begin(), keys.end(), is_section)) return ok();
  if (config.is_object() && fs::path(path).filename() == "tenant.json")
    return bad(path, "is a part of a folder that the deploy CLI wrote: name the folder");
  return bad(path,
             "is no tenant file: it has none of the sections tenant, clients, databases, connections, … of the "
             "deploy CLI's YAML");
}

// ---- Markers without a value

// Members that a marker cannot stand in: addresses are checked, and lists and switches are no texts.
bool needs_value(std::string_view member, std::string_view said) {
  constexpr std::string_view addresses =
      "callbacks allowed_logout_urls allowed_origins web_origins initiate_login_uri backchannel_logout_urls "
      "client_aliases logo_uri picture_url logo_url default_redirection_uri cross_origin_loc httpEndpoint";
  if (text::has_word(addresses, member)) return true;
  return said.starts_with("@@") && find_marker(said).size() == said.size();  // the whole value
}

class Unfilled {
 public:
  explicit Unfilled(SourceReader& reader) : reader_(reader) {}

  // Those that have been found in a member, and so been named with it.
  [[nodiscard]] const std::vector<std::string>& named() const { return named_; }

  // False: it is to be left out.
  bool keep(Value& v, std::string_view member, const std::string& where) {
    if (v.is_string()) return keep_text(v.text(), member, where);
    if (v.is_array()) {
      Value items = Value::array();
      for (std::size_t i = 0; i < v.size(); ++i) {
        Value item = v.at(i);
        if (keep(item, member, where + "[" + std::to_string(i) + "]")) items.push_back(std::move(item));
      }
      v = std::move(items);
    } else if (v.is_object()) {
      Value kept = Value::object();
      for (const auto& [key, item] : v.members()) {
        Value one = item;
        if (keep(one, key, where.empty() ? key : where + "." + key)) kept.set(key, std::move(one));
      }
      v = std::move(kept);
    }
    return true;
  }

 private:
  bool keep_text(const std::string& text, std::string_view member, const std::string& where) {
    if (text.find('\n') != text.npos) return true;  // a script or a page: named by its file and line
    const std::string_view marker = find_marker(text);
    if (marker.empty()) return true;
    const bool is_left_out = needs_value(member, text);
    reader_.warn(place_of(marker) + ": " + std::string(marker) + " has no value (--mappings): " + where +
                 (is_left_out ? " is left out" : " has the marker in it as it stands"));
    named_.push_back(std::string(marker));
    return !is_left_out;
  }

  [[nodiscard]] std::string place_of(std::string_view marker) const {
    for (const auto& [text, place] : reader_.unfilled())
      if (text == marker) return place;
    return {};
  }

  SourceReader& reader_;
  std::vector<std::string> named_;
};

void settle_markers(SourceReader& reader, Value& config) {
  if (reader.unfilled().empty()) return;
  Unfilled unfilled(reader);
  unfilled.keep(config, {}, {});
  const auto& named = unfilled.named();
  for (const auto& [marker, place] : reader.unfilled())
    if (std::find(named.begin(), named.end(), marker) == named.end())
      reader.warn(place + ": " + marker + " has no value (--mappings), and stands as it is");
}

Result<TenantSource> finish(SourceReader& reader, Value config, const std::string& path) {
  if (auto good = check_is_tenant(config, path); !good) return std::move(good).error();
  settle_markers(reader, config);
  return TenantSource{std::move(config), reader.take_warnings()};
}

}  // namespace

Result<TenantSource> read_tenant(const std::string& path, const Value& mappings) {
  std::error_code ec;
  const bool is_folder = fs::is_directory(path, ec);
  for (const char* name : {"tenant.yaml", "tenant.yml"})
    if (is_folder && fs::is_regular_file(fs::path(path) / name, ec))
      return read_tenant((fs::path(path) / name).string(), mappings);
  const fs::path root = is_folder ? fs::absolute(path) : fs::absolute(path).parent_path();
  SourceReader reader(root, mappings);
  auto config = is_folder ? read_tenant_folder(reader, root) : reader.named_document(path);
  if (!config) return std::move(config).error();
  if (is_folder && config->size() == 0)
    return bad(path, "has neither a tenant.yaml nor any of the folders of the deploy CLI (clients, connections, …)");
  if (!is_folder)
    if (auto done = reader.take_in(*config, root, {}); !done) return bad(path, done.error().description);
  return finish(reader, *std::move(config), path);
}

Result<TenantSource> read_tenant_text(std::string_view text, const std::string& name) {
  const Value none = Value::object();
  SourceReader reader(".", none);
  auto config = parse_yaml(reader.fill(text, name, true));
  if (!config) {
    config.error().description.insert(0, name + ": ");
    return std::move(config).error();
  }
  return finish(reader, *std::move(config), name);
}

}  // namespace ostia::authority
