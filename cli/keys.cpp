// `ostia keys rotate-master` and `forget-old-master`: another key in the place of the one that everything is sealed
// under, while the authority runs.
#include <filesystem>
#include <memory>

#include "crypto/crypto.hpp"
#include "state/data.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string data = "./ostia-data", database, master_key, new_master_key;
  bool keeps_old = false, forgets = false;
};

// The key that the file has; a new one if there is no such file.
Result<std::string> key_in(const std::string& file) {
  if (!fs::exists(file))
    if (auto written = authority::write_private_file(file, authority::random_id()); !written)
      return std::move(written).error();
  return authority::master_key({}, file);
}

Status rotate(const Options& o) {
  std::error_code unresolved;
  const fs::path resolved = fs::canonical(o.data + "/master.key", unresolved);  // a link stays one
  const std::string own = unresolved ? o.data + "/master.key" : resolved.string();
  const bool is_own = o.master_key.empty() && fs::exists(own) && !authority::names_master_key();
  if (!is_own && o.new_master_key.empty())
    return authority::invalid_option("--new-master-key FILE: the key is not in " + own +
                                     ", so say where the new one is, or is to be written");
  const std::string next_file = is_own && o.new_master_key.empty() ? own + ".next" : o.new_master_key;
  auto opened = authority::open_data(o.data, o.database, authority::Purpose::change, o.master_key);
  if (!opened) return std::move(opened).error();
  const auto next = key_in(next_file);
  if (!next) return next.error();
  // Each step leaves a database that opens with the key that is in its place then.
  if (auto added = authority::add_master_key(*opened->store, opened->keys, *next); !added) return added;
  if (is_own) {
    std::error_code ec;
    if (next_file == own + ".next")
      fs::rename(next_file, own, ec);
    else if (auto kept = authority::read_file(next_file); !kept || !authority::write_private_file(own, *kept))
      ec = std::make_error_code(std::errc::io_error);
    if (ec) return authority::invalid_option("cannot write " + own);
    if (auto synced = authority::sync_to_disk(o.data); !synced) return synced;
  }
  if (o.keeps_old || authority::is_postgres(o.database)) {
    say("Both keys are good now. Once every node has the new one, run `ostia keys forget-old-master`.");
    return ok();
  }
  if (auto ended = authority::keep_only_master_key(*opened->store, *next); !ended) return ended;
  say("The new key is " + (is_own ? own : next_file) +
      ". The old one opens nothing any more; a running authority goes on.");
  return ok();
}

Status forget(const Options& o) {
  auto opened = authority::open_data(o.data, o.database, authority::Purpose::change, o.master_key);
  if (!opened) return std::move(opened).error();
  const auto master = authority::master_key(o.data, o.master_key);
  if (!master) return master.error();
  if (auto ended = authority::keep_only_master_key(*opened->store, *master); !ended) return ended;
  say("Only the present master key is good now.");
  return ok();
}

void add_place(CLI::App* verb, Options& o) {
  verb->add_option("--data", o.data, "Folder of the authority")->type_name("DIR")->capture_default_str();
  verb->add_option("--database", o.database, "Where state lives (sqlite:DATA/ostia.db)")->type_name("URL");
  verb->add_option("--master-key", o.master_key, "The present key (DATA/master.key)")->type_name("FILE");
}

}  // namespace

Run add_keys(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("keys", "Gives the authority another master key, while it runs.");
  verb->require_subcommand(1);
  CLI::App* rotating =
      verb->add_subcommand("rotate-master", "Makes a new master key and lets it take the old one's place.");
  add_place(rotating, *o);
  rotating
      ->add_option("--new-master-key", o->new_master_key,
                   "The new key; made if there is no such file (DATA/master.key)")
      ->type_name("FILE");
  rotating->add_flag("--keep-old", o->keeps_old, "The old one stays good until `ostia keys forget-old-master`");
  CLI::App* forgetting = verb->add_subcommand("forget-old-master", "Lets only the present master key be good.");
  add_place(forgetting, *o);
  forgetting->callback([o] { o->forgets = true; });
  return [o] {
    const auto done = o->forgets ? forget(*o) : rotate(*o);
    return done ? Exit::done : report(done.error());
  };
}

}  // namespace ostia::cli
