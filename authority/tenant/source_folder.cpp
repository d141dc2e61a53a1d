// The deploy CLI's folder (`--format directory`): which of its files is which part of the tenant.
#include <algorithm>

#include "tenant/source_reader.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;
using json::Value;

struct Part {
  std::string_view folder, section;
};
// A list each, of files with an entry each.
constexpr Part lists[] = {{"clients", "clients"},
                          {"connections", "connections"},
                          {"resource-servers", "resourceServers"},
                          {"grants", "clientGrants"},
                          {"rules", "rules"},
                          {"rules-configs", "rulesConfigs"},
                          {"hooks", "hooks"},
                          {"actions", "actions"},
                          {"action-modules", "actionModules"},
                          {"roles", "roles"},
                          {"organizations", "organizations"},
                          {"log-streams", "logStreams"},
                          {"pages", "pages"},
                          {"emails", "emailTemplates"},
                          {"guardian/factors", "guardianFactors"},
                          {"guardian/providers", "guardianFactorProviders"},
                          {"guardian/templates", "guardianFactorTemplates"},
                          {"themes", "themes"},
                          {"forms", "forms"},
                          {"flows", "flows"},
                          {"flow-vault-connections", "flowVaultConnections"},
                          {"network-acls", "networkACLs"},
                          {"phone-templates", "phoneTemplates"},
                          {"phone-providers", "phoneProviders"},
                          {"self-service-profiles", "selfServiceProfiles"},
                          {"user-attribute-profiles", "userAttributeProfiles"},
                          {"connection-profiles", "connectionProfiles"},
                          {"token-exchange-profiles", "tokenExchangeProfiles"},
                          {"rate-limit-policies", "rateLimitPolicies"},
                          {"event-streams", "eventStreams"}};
// One file each.
constexpr Part files[] = {{"tenant.json", "tenant"},
                          {"emails/provider.json", "emailProvider"},
                          {"triggers/triggers.json", "triggers"},
                          {"guardian/policies.json", "guardianPolicies"},
                          {"guardian/phoneFactorMessageTypes.json", "guardianPhoneFactorMessageTypes"},
                          {"guardian/phoneFactorSelectedProvider.json", "guardianPhoneFactorSelectedProvider"},
                          {"branding/branding.json", "branding"},
                          {"custom-domains/custom-domains.json", "customDomains"},
                          {"risk-assessment/settings.json", "riskAssessment"},
                          {"supplemental-signals/supplemental-signals.json", "supplementalSignals"}};
// Members of one section, a file each.
struct Member {
  std::string_view file, section, member;
};
constexpr Member members[] = {
    {"attack-protection/breached-password-detection.json", "attackProtection", "breachedPasswordDetection"},
    {"attack-protection/brute-force-protection.json", "attackProtection", "bruteForceProtection"},
    {"attack-protection/suspicious-ip-throttling.json", "attackProtection", "suspiciousIpThrottling"},
    {"attack-protection/bot-detection.json", "attackProtection", "botDetection"},
    {"attack-protection/captcha.json", "attackProtection", "captcha"},
    {"prompts/custom-text.json", "prompts", "customText"},
    {"prompts/partials.json", "prompts", "partials"}};

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec))
    if (entry.is_regular_file(ec) && entry.path().extension() == extension) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

class FolderReader {
 public:
  FolderReader(SourceReader& reader, fs::path root) : reader_(reader), root_(std::move(root)) {}

  Result<Value> run() {
    for (const auto& part : lists)
      if (auto done = list(part); !done) return std::move(done).error();
    for (const auto& part : files)
      if (auto done = one(part.folder, part.section, {}); !done) return std::move(done).error();
    if (auto done = one("prompts/prompts.json", "prompts", {}); !done) return std::move(done).error();
    for (const auto& m : members)
      if (auto done = one(m.file, m.section, m.member); !done) return std::move(done).error();
    if (auto done = databases(); !done) return std::move(done).error();
    if (auto done = branding_templates(); !done) return std::move(done).error();
    name_what_is_left();
    return std::move(config_);
  }

 private:
  Result<Value> entry(const fs::path& file) {
    read_.push_back(file);
    auto value = reader_.document(file);
    if (!value) return value;
    if (auto done = reader_.take_in(*value, file.parent_path(), file.lexically_relative(root_).string()); !done)
      return std::move(done).error();
    return value;
  }

  Status list(const Part& part) {
    Value out = Value::array();
    for (const auto& file : files_in(root_ / part.folder, ".json")) {
      if (file.filename() == "provider.json" && part.section == "emailTemplates") continue;
      auto value = entry(file);
      if (!value) return std::move(value).error();
      if (auto done = page_beside(part, file, *value); !done) return done;
      if (value->size() > 0) out.push_back(*std::move(value));
    }
    if (out.size() > 0) config_.set(part.section, std::move(out));
    return ok();
  }

  // A page's or a mail's text stands in a file of the same name.
  Status page_beside(const Part& part, const fs::path& file, Value& value) {
    const char* member = part.section == "pages" ? "html" : part.section == "emailTemplates" ? "body" : nullptr;
    if (!member || !value[member].text().empty()) return ok();
    fs::path beside = file;
    beside.replace_extension(".html");
    std::error_code ec;
    if (!fs::is_regular_file(beside, ec)) return ok();
    auto text = reader_.text(beside, false);
    if (!text) return std::move(text).error();
    value.set(member, *std::move(text));
    return ok();
  }

  Status one(std::string_view name, std::string_view section, std::string_view member) {
    const fs::path file = root_ / name;
    std::error_code ec;
    if (!fs::is_regular_file(file, ec)) return ok();
    auto value = entry(file);
    if (!value) return std::move(value).error();
    if (member.empty()) {
      config_.set(section, *std::move(value));
      return ok();
    }
    Value whole = config_[section].is_object() ? config_[section] : Value::object();
    whole.set(member, *std::move(value));
    config_.set(section, std::move(whole));
    return ok();
  }

  // A folder for each, with its scripts.
  Status databases() {
    Value out = Value::array();
    std::error_code ec;
    std::vector<fs::path> found;
    for (const auto& folder : fs::directory_iterator(root_ / "database-connections", ec))
      if (fs::is_regular_file(folder.path() / "database.json", ec)) found.push_back(folder.path() / "database.json");
    std::sort(found.begin(), found.end());
    for (const auto& file : found) {
      auto value = entry(file);
      if (!value) return std::move(value).error();
      out.push_back(*std::move(value));
    }
    if (out.size() > 0) config_.set("databases", std::move(out));
    return ok();
  }

  Status branding_templates() {
    Value out = Value::array();
    for (const auto& file : files_in(root_ / "branding/templates", ".json")) {
      auto value = entry(file);
      if (!value) return std::move(value).error();
      out.push_back(*std::move(value));
    }
    if (out.size() == 0) return ok();
    Value branding = config_["branding"].is_object() ? config_["branding"] : Value::object();
    branding.set("templates", std::move(out));
    config_.set("branding", std::move(branding));
    return ok();
  }

  void name_what_is_left() {
    std::error_code ec;
    for (fs::recursive_directory_iterator at(root_, ec), end; at != end; at.increment(ec)) {
      if (at->path().filename().string().starts_with(".") || at->path().filename() == "node_modules") {
        at.disable_recursion_pending();
        continue;
      }
      const bool is_part = at->is_regular_file(ec) && at.depth() > 0 && at->path().extension() == ".json";
      if (is_part && std::find(read_.begin(), read_.end(), at->path()) == read_.end())
        reader_.warn(at->path().string() + " is none of the deploy CLI's files, and is not read");
    }
  }

  SourceReader& reader_;
  fs::path root_;
  Value config_ = Value::object();
  std::vector<fs::path> read_;
};

}  // namespace

Result<Value> read_tenant_folder(SourceReader& reader, const fs::path& root) {
  return FolderReader(reader, fs::weakly_canonical(root)).run();
}

}  // namespace ostia::authority
