#include "store/postgres/lineage.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "ostia/json/value.hpp"

namespace ostia::authority::postgres {

Standing judge_lineage(const std::optional<Lineage>& known, const Lineage& seen) {
  if (!known) return Standing::newer;
  if (seen.system != known->system) return Standing::other_system;
  if (seen.timeline == known->timeline) return Standing::current;
  return seen.timeline > known->timeline ? Standing::newer : Standing::old_primary;
}

Result<std::optional<Lineage>> Lineages::read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (file.empty() || !in) return std::optional<Lineage>();
  std::stringstream text;
  text << in.rdbuf();
  if (text.str().empty()) return std::optional<Lineage>();  // a machine that lost its power has left no more of it
  const auto value = json::parse(text.str(), 4);
  Lineage lineage;
  if (value) lineage = {(*value)["system_identifier"].text(), (*value)["timeline"].as_int().value_or(0)};
  if (lineage.system.empty() || lineage.timeline < 1)
    return Error{"invalid_option",
                 file +
                     " is damaged: it says which history of PostgreSQL this authority has followed. Remove it if "
                     "--database names the right primary",
                 "invalid_option", 0, Fault::caller};
  return std::optional(std::move(lineage));
}

Standing Lineages::meet(const std::string& server, const Lineage& seen) {
  const std::lock_guard lock(mutex_);
  const Standing standing = judge_lineage(known_, seen);
  if (standing == Standing::newer) {
    if (known_)
      log_event("warning", "database_new_primary",
                {{"server", server}, {"timeline", seen.timeline}, {"before", known_->timeline}});
    known_ = seen;
    keep();
  }
  if (standing != Standing::old_primary && standing != Standing::other_system) return standing;
  const bool is_old = standing == Standing::old_primary;
  const char* event = is_old ? "database_old_primary" : "database_other_system";
  const std::string line = event + server + seen.system + std::to_string(seen.timeline);
  constexpr std::size_t most_told = 64;
  if (told_.size() >= most_told) told_.clear();
  if (!told_.insert(line).second) return standing;
  log_event("error", event,
            {{"server", server},
             {"system_identifier", seen.system},
             {"timeline", seen.timeline},
             {"what", is_old ? "it takes writes on timeline " + std::to_string(seen.timeline) + ", and timeline " +
                                   std::to_string(known_->timeline) +
                                   " has taken its place: it is not used. Stop it, and make it a replica (pg_rewind)"
                             : "it is of the system " + seen.system + ", and this authority's data are in " +
                                   known_->system + ": it is not used"}});
  return standing;
}

bool Lineages::is_current(const Lineage& lineage) const {
  const std::lock_guard lock(mutex_);
  return lineage.timeline == 0 || judge_lineage(known_, lineage) == Standing::current;
}

Error Lineages::refusal(Standing standing, const std::string& server) const {
  const std::lock_guard lock(mutex_);
  const std::string what =
      standing == Standing::old_primary
          ? " is an old primary: timeline " + std::to_string(known_->timeline) + " has taken its place"
          : " is another system than the one with this authority's data, " + known_->system;
  return {"server_error",
          "the database: " + server + what +
              ". Name the right one with --database; if the data have been moved there on purpose, remove " + file_,
          standing == Standing::old_primary ? "database_old_primary" : "database_other_system", 0, Fault::caller};
}

// Whole or not at all; where it cannot be kept, the comparison of the servers is what is left.
void Lineages::keep() const {
  if (file_.empty()) return;
  const std::string half = file_ + ".new";
  std::ofstream out(half, std::ios::binary | std::ios::trunc);
  out << json::write(json::Value::object({{"system_identifier", known_->system}, {"timeline", known_->timeline}}))
      << "\n";
  out.close();
  std::error_code ec;
  if (out) std::filesystem::rename(half, file_, ec);
  if (!out || ec) log_event("warning", "database_lineage_not_kept", {{"file", file_}});
}

}  // namespace ostia::authority::postgres
