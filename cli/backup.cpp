// `ostia backup`, `restore` and `verify`: an authority's state, kept elsewhere, put back, and looked through.
#include <memory>

#include "state/data.hpp"
#include "store/verify.hpp"
#include "terminal.hpp"
#include "verbs.hpp"
#include "wiring/backup.hpp"

namespace ostia::cli {
namespace {

struct Options {
  std::string data = "./ostia-data", database, folder, master_key;
  bool with_keys = false;
};

void add_data(CLI::App* verb, Options& o) {
  verb->add_option("--data", o.data, "Folder of the authority")->type_name("DIR")->capture_default_str();
}
void add_database(CLI::App* verb, Options& o) {
  verb->add_option("--database", o.database, "Where state lives (sqlite:DATA/ostia.db)")->type_name("URL");
}

void add_master_key(CLI::App* verb, Options& o, const char* what) {
  verb->add_option("--master-key", o.master_key, what)->type_name("FILE");
}

void tell_finding(const std::string& finding) { tell("ostia: " + finding); }

int run_verify(const std::string& data, const std::string& database, const std::string& master_key) {
  auto opened = authority::open_data(data, database, authority::Purpose::look, master_key);
  if (!opened) {
    // A file that is damaged where the keys are says so, too.
    for (const auto& damage : authority::damage_of(data, database)) tell_finding(damage);
    return report(opened.error());
  }
  const auto found = authority::verify_store(*opened->store, opened->secrets, tell_finding);
  if (!found) return report(found.error());
  std::string counts;
  for (const auto& [what, count] : found->counts)
    counts.append(counts.empty() ? "" : ", ").append(std::to_string(count)).append(" ").append(what);
  say((found->findings == 0 ? "whole: " : "not whole: ") + counts);
  return found->findings == 0 ? Exit::done : Exit::failed;
}

int run_backup(const Options& o) {
  if (auto done = authority::backup_data(o.data, o.database, o.folder, o.with_keys, o.master_key); !done)
    return report(done.error());
  // A backup that is told to be good has been looked through, with the key that stays behind.
  const std::string own = o.data + "/master.key";
  const bool is_named = !o.master_key.empty() || authority::names_master_key();
  const int code = run_verify(o.folder, {}, is_named || o.with_keys ? o.master_key : own);
  if (code == Exit::done && !o.with_keys)
    say("The master key is not in it: keep a copy of " + (is_named ? "it" : own) +
        " somewhere else, or nobody can open this backup.");
  return code;
}

int run_restore(const Options& o) {
  if (auto free = authority::check_restore(o.data, o.database); !free) return report(free.error());
  // A backup that is not whole must not look like an authority.
  if (const int code = run_verify(o.folder, {}, o.master_key); code != Exit::done) return code;
  if (auto done = authority::restore_data(o.folder, o.data, o.database, o.master_key); !done)
    return report(done.error());
  say("restored to " + o.data);
  return Exit::done;
}

}  // namespace

Run add_backup(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("backup", "Writes all of an authority's state into a new folder, while it runs.");
  verb->add_option("FOLDER,--output", o->folder, "New folder")->type_name("DIR")->required();
  add_data(verb, *o);
  add_database(verb, *o);
  add_master_key(verb, *o, "The key, to look through the copy with (DATA/master.key)");
  verb->add_flag("--with-keys", o->with_keys, "Puts the master key and the certificate's into the folder, too");
  return [o] { return run_backup(*o); };
}

Run add_restore(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("restore", "Makes an authority of what `ostia backup` has written.");
  verb->add_option("FOLDER,--from", o->folder, "Folder that a backup has made")->type_name("DIR")->required();
  add_data(verb, *o);
  add_database(verb, *o);
  add_master_key(verb, *o, "The key, if the backup has none; it is put into the new folder");
  return [o] { return run_restore(*o); };
}

Run add_verify(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("verify", "Looks through an authority's state, and says what is not whole.");
  add_data(verb, *o);
  add_database(verb, *o);
  add_master_key(verb, *o, "The key (DATA/master.key)");
  return [o] { return run_verify(o->data, o->database, o->master_key); };
}

}  // namespace ostia::cli
