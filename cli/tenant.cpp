// `ostia import`, `export` and `lint`: the tenant as files. A running authority sees what was brought in within
// seconds.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "accounts/users_file.hpp"
#include "base/clock.hpp"
#include "progress.hpp"
#include "state/data.hpp"
#include "tenant/import.hpp"
#include "tenant/lint.hpp"
#include "tenant/markers.hpp"
#include "tenant/source.hpp"
#include "tenant/tenant.hpp"
#include "tenant/yaml.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

namespace fs = std::filesystem;
using authority::ImportPlan;
using json::Value;

struct Options {
  std::string data = "./ostia-data", database, master_key, file, mappings, users, output;
  bool dry_run = false, upsert = false, without_secrets = false, as_json = false;
};

void add_place(CLI::App* verb, Options& o) {
  verb->add_option("--data", o.data, "Folder of the authority")->type_name("DIR")->capture_default_str();
  verb->add_option("--database", o.database, "Where state lives (sqlite:DATA/ostia.db)")->type_name("URL");
  verb->add_option("--master-key", o.master_key, "The key (DATA/master.key)")->type_name("FILE");
}

void add_mappings(CLI::App* verb, Options& o) {
  verb->add_option("--mappings", o.mappings, "JSON of what @@markers@@ and ##markers## stand for")->type_name("FILE");
}

Result<authority::TenantSource> read_source(const Options& o) {
  const auto mappings = authority::read_mappings(o.mappings);
  if (!mappings) return mappings.error();
  return authority::read_tenant(o.file, *mappings);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

void show(const ImportPlan& plan, bool dry_run) {
  for (const auto& warning : plan.warnings) tell("ostia: warning: " + warning);
  for (const auto& c : plan.changes) {
    const std::string members = c.is_new ? "" : ": " + joined(c.members);
    say((c.is_new ? "+ " : "~ ") + c.section + " " + c.entry + members);
  }
  if (plan.changes.empty())
    say("Nothing to change.");
  else
    say(std::to_string(plan.changes.size()) + (dry_run ? " entries would change." : " entries changed."));
}

Status import_config(authority::Opened& opened, const Options& o) {
  auto source = read_source(o);
  if (!source) return std::move(source).error();
  for (const auto& warning : source->warnings) tell("ostia: warning: " + warning);
  auto plan = plan_import(*opened.store, opened.secrets, std::move(source->config));
  if (!plan) {
    plan.error().description.insert(0, o.file + ": ");
    return std::move(plan).error();
  }
  show(*plan, o.dry_run);
  if (o.dry_run) return ok();
  return apply(*opened.store, *std::move(plan));
}

Result<bool> import_users(authority::Opened& opened, const Options& o) {
  auto text = authority::read_file(o.users);
  if (!text) return std::move(text).error();
  auto tenant = load_tenant(*opened.store, opened.secrets);
  if (!tenant) return std::move(tenant).error();
  const authority::UsersImport how = {(*tenant)->first_database(), "auth0", o.upsert, !o.upsert, true,
                                      authority::Clock::real()};
  auto imported = [&] {
    Progress progress("users");
    return authority::import_users(*opened.store, *text, how,
                                   [&](std::int64_t done, double share) { progress.show(done, share); });
  }();
  if (!imported) return std::move(imported).error();
  for (const auto& m : imported->mistakes)
    tell("ostia: " + o.users + ":" + std::to_string(m.line) + ": users[" + std::to_string(m.index) + "]: " + m.message);
  say(std::to_string(imported->total) + " users: " + std::to_string(imported->inserted) + " added, " +
      std::to_string(imported->updated) + " changed, " + std::to_string(imported->mistakes.size()) + " refused.");
  return imported->mistakes.empty();
}

int run_import(const Options& o) {
  if (o.file.empty() && o.users.empty())
    return report(caller_error("invalid_option", "name a tenant file, or --users FILE"));
  auto opened = authority::open_data(o.data, o.database,
                                     o.dry_run ? authority::Purpose::look : authority::Purpose::create, o.master_key);
  if (!opened) return report(opened.error());
  if (!o.file.empty())
    if (auto done = import_config(*opened, o); !done) return report(done.error());
  if (o.users.empty() || o.dry_run) return Exit::done;
  const auto all_good = import_users(*opened, o);
  if (!all_good) return report(all_good.error());
  return *all_good ? Exit::done : Exit::failed;
}

// An export replaces an export, and nothing that an authority lives by.
bool belongs_to_an_authority(const std::string& file) {
  constexpr std::string_view files[] = {"master.key", "tls-key.pem", "ca-key.pem"},
                             of_a_folder[] = {"tls.pem", "ca.pem", "run", "sent-messages", "database-lineage.json"},
                             of_sqlite[] = {"-wal", "-shm", "-journal"};
  std::error_code ec;
  const fs::path path(file), folder = fs::absolute(path, ec).parent_path();
  const std::string name = path.filename().string();
  const auto is_one_of = [&](const auto& names) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  const bool is_home = fs::exists(folder / "master.key", ec) || fs::exists(folder / "ostia.db", ec);
  const bool is_beside_database = std::any_of(std::begin(of_sqlite), std::end(of_sqlite),
                                              [&](std::string_view end) { return name.ends_with(end); });
  if (is_one_of(files) || is_beside_database || (is_home && is_one_of(of_a_folder))) return true;
  if (!fs::is_regular_file(path, ec)) return false;
  std::ifstream in(file, std::ios::binary);
  std::string start(16, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in && start.starts_with("SQLite format 3");
}

int write_out(const std::string& file, const std::string& text) {
  if (file.empty()) {
    print_file(text);
    return Exit::done;
  }
  if (belongs_to_an_authority(file))
    return report(caller_error("invalid_option", file + " is a database or a key, and stays: name another file",
                               "invalid_option"));
  if (auto written = authority::write_private_file(file, text); !written) return report(written.error());
  return Exit::done;
}

// One entry per line, so that diffs show which has changed.
std::string one_a_line(const Value& users) {
  std::string out = "[";
  for (const auto& user : users.items()) out.append(out.size() == 1 ? "\n" : ",\n").append(json::write(user));
  return out + "\n]\n";
}

int run_export(const Options& o) {
  auto opened = authority::open_data(o.data, o.database, authority::Purpose::look, o.master_key);
  if (!opened) return report(opened.error());
  if (!o.users.empty()) {
    const auto users = [&] {
      Progress progress("users");
      return export_users(*opened->store, [&](std::int64_t done, double share) { progress.show(done, share); });
    }();
    if (!users) return report(users.error());
    if (const int code = write_out(o.users, one_a_line(*users)); code != 0) return code;
  }
  const auto config = export_tenant(*opened->store, opened->secrets, !o.without_secrets);
  if (!config) return report(config.error());
  return write_out(o.output, authority::write_yaml(*config));
}

int run_lint(const Options& o) {
  auto config = Result<Value>(Value());
  if (!o.file.empty()) {
    auto source = read_source(o);
    if (!source) return report(source.error(), o.as_json);
    for (const auto& warning : source->warnings) tell("ostia: warning: " + warning);
    config = std::move(source->config);
  } else {
    auto opened = authority::open_data(o.data, o.database, authority::Purpose::look, o.master_key);
    if (!opened) return report(opened.error(), o.as_json);
    config = export_tenant(*opened->store, opened->secrets, true);  // whether one is there is a finding; none is shown
  }
  if (!config) return report(config.error(), o.as_json);
  const auto findings = authority::lint(*config);
  Value list = Value::array();
  for (const auto& f : findings) {
    list.push_back(Value::object({{"where", f.where}, {"what", f.what}, {"rule", f.rule}, {"change", f.change}}));
    if (o.as_json) continue;
    say(f.where);
    say("  " + f.what + " (" + f.rule + ")");
    say("  Change: " + f.change + ".");
  }
  if (o.as_json)
    say_json(list);
  else if (findings.empty())
    say("Nothing to object to.");
  return findings.empty() ? Exit::done : Exit::failed;
}

}  // namespace

Run add_import(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("import", "Brings a tenant file, or users, into an authority.");
  verb->add_option("FILE,--config", o->file, "Tenant file or folder of the Auth0 deploy CLI")->type_name("FILE");
  add_mappings(verb, *o);
  verb->add_option("--users", o->users, "Users file (bulk-import JSON)")->type_name("FILE");
  verb->add_flag("--upsert", o->upsert, "Users who are there already are changed");
  verb->add_flag("--dry-run", o->dry_run, "Shows what would change, and changes nothing");
  add_place(verb, *o);
  return [o] { return run_import(*o); };
}

Run add_export(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("export", "Writes an authority's tenant as a file.");
  verb->add_option("--output", o->output, "File to write (standard output)")->type_name("FILE");
  verb->add_option("--users", o->users, "File to write the users to, with their password hashes")->type_name("FILE");
  verb->add_flag("--without-secrets", o->without_secrets, "Leaves client secrets and the like out");
  add_place(verb, *o);
  return [o] { return run_export(*o); };
}

Run add_lint(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("lint", "Says what of a tenant RFC 9700 would not allow, and how to change it.");
  verb->add_option("FILE,--config", o->file, "Tenant file or folder; otherwise the authority in --data")
      ->type_name("FILE");
  add_mappings(verb, *o);
  verb->add_flag("--json", o->as_json, "For programs");
  add_place(verb, *o);
  return [o] { return run_lint(*o); };
}

}  // namespace ostia::cli
