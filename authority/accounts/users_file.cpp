#include "accounts/users_file.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "accounts/users.hpp"
#include "base/address.hpp"
#include "base/clock.hpp"
#include "crypto/crypto.hpp"
#include "ostia/text/ascii.hpp"
#include "tenant/administrators.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// The objects of an array, or of lines, one after the other. What is between them may be anything but must be nothing.
class Entries {
 public:
  explicit Entries(std::string_view text) : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  struct Entry {
    std::string_view text;
    std::int64_t line, index;
  };

  // The next object, or, where something else stands, the rest of its line.
  std::optional<Entry> next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n,[]").find(text_[at_]) != std::string_view::npos) step();
    if (at_ >= text_.size()) return {};
    const std::int64_t line = line_;
    const std::size_t start = at_;
    if (text_[at_] != '{' || !skip_object()) {
      at_ = start;
      line_ = line;
      while (at_ < text_.size() && text_[at_] != '\n') step();
    }
    return Entry{text_.substr(start, at_ - start), line, count_++};
  }

  /// Of the text, how much has been read.
  [[nodiscard]] double share() const {
    return text_.empty() ? 1 : static_cast<double>(at_) / static_cast<double>(text_.size());
  }

 private:
  void step() {
    if (text_[at_++] == '\n') ++line_;
  }

  // To the end of the object that begins here; false if it has none.
  bool skip_object() {
    int depth = 0;
    for (bool quoted = false; at_ < text_.size();) {
      const char c = text_[at_];
      if (quoted && c == '\n') return false;  // no string goes over a line: the entry is broken here
      if (quoted && c == '\\')
        step();
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && c == '{')
        ++depth;
      else if (!quoted && c == '}')
        --depth;
      if (at_ < text_.size()) step();
      if (depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, count_ = 0;
};

struct Wanted {
  Entries::Entry entry;
  Value source;
  User user;
  bool is_administrator = false;
};

// What of an imported user is the profile: all but what has a column, and never a password.
Value profile_of(Value user) {
  for (const char* column : {"user_id", "connection", "email", "username", "password", "password_hash",
                             "custom_password_hash", "blocked", "phone_number", "administrator"})
    user.erase(column);
  return user;
}

std::vector<const char*> hashes_in(const Value& user) {
  std::vector<const char*> out;
  for (const char* name : {"password", "password_hash", "custom_password_hash"})
    if (user.find(name) && !user[name].is_null()) out.push_back(name);
  return out;
}

// Times as this authority writes them, whoever wrote the file. The error names the member.
Status normalize_times(Value& user) {
  for (const char* name : {"created_at", "updated_at", "last_login", "last_password_reset"}) {
    const Value* given = user.find(name);
    if (!given || given->is_null()) continue;
    constexpr std::int64_t milliseconds = 1000;
    const auto number = given->as_int();
    const auto seconds = number ? std::optional(*number / milliseconds) : parse_foreign_time(given->text());
    constexpr std::int64_t end_of_years = 253'402'300'800;  // the year 10000, in seconds
    if (!seconds || *seconds < 0 || number.value_or(0) < 0 || *seconds >= end_of_years)
      return caller_error("invalid_option", std::string(name) + " is no time such as 2026-01-31T12:00:00.000Z", name);
    user.set(name, iso_time(*seconds));
  }
  return ok();
}

std::string hash_of(const Value& user) {
  if (user["password"].is_string()) return hash_password(user["password"].text());
  if (user["password_hash"].is_string()) return user["password_hash"].text();
  if (user["custom_password_hash"].is_object()) return imported_hash(user["custom_password_hash"]);
  return {};
}

UserMistake mistake(const Entries::Entry& entry, Value user, std::string code, std::string message,
                    std::string path = {}) {
  for (const char* secret : {"password", "password_hash", "custom_password_hash", "mfa_factors"}) user.erase(secret);
  return {entry.index, entry.line, std::move(user), std::move(code), std::move(message), std::move(path)};
}

// A member that nobody would read. An account of an upstream has whatever its upstream says of it.
Status check_members(const Value& v, const UsersImport& how) {
  const Value& known = schemas()["user_import"]["properties"];
  const std::string& id = v["user_id"].text();
  const auto is_of = [&](std::string_view provider) { return id.starts_with(std::string(provider) + "|"); };
  const bool is_upstream =
      how.is_operators && id.find('|') != id.npos && !is_of("auth0") && !is_of("email") && !is_of("sms");
  for (const auto& name : v.keys()) {
    if (known.find(name) || is_upstream) continue;
    return caller_error("invalid_option",
                        name == "mfa_factors"
                            ? "mfa_factors are not imported: leave them out, and people set up their factors anew"
                            : "Additional properties not allowed: " + name,
                        name);
  }
  if (!how.is_operators && v["connection"].is_string() && v["connection"].text() != how.connection)
    return caller_error("invalid_option",
                        "connection is " + v["connection"].text() + ", and the import is into " + how.connection,
                        "connection");
  return ok();
}

User user_of(const Value& v, const UsersImport& how) {
  User u;
  u.connection = v["connection"].is_string() ? v["connection"].text() : how.connection;
  u.email = canonical_login(v["email"].text());
  u.username = canonical_login(v["username"].text());
  u.phone_number = v["phone_number"].text();
  u.blocked = v["blocked"].as_bool();
  u.profile = profile_of(v);
  u.id = v["user_id"].is_string() ? v["user_id"].text() : random_id().substr(0, 24);
  const bool is_named = how.is_operators && (u.connection == "email" || u.connection == "sms");
  const std::string provider = (is_named ? u.connection : how.provider) + "|";
  const bool is_whole = how.is_operators ? u.id.find('|') != u.id.npos : u.id.starts_with(provider);
  if (!is_whole) u.id.insert(0, provider);
  return u;
}

void add(std::vector<Statement>& to, std::vector<Statement> more) {
  for (auto& statement : more) to.push_back(std::move(statement));
}

class Importing {
 public:
  Importing(Store& store, const UsersImport& how) : store_(store), how_(how) {}

  Status run(std::string_view text, const ImportProgress& progress) {
    constexpr std::size_t batch_size = 500;
    Entries entries(text);
    for (auto entry = entries.next(); entry; entry = entries.next()) {
      ++out.total;
      take(*entry);
      if (batch_.size() < batch_size) continue;
      if (auto kept = keep(); !kept) return kept;
      if (progress) progress(out.total, entries.share());
    }
    if (auto kept = keep(); !kept) return kept;
    std::stable_sort(out.mistakes.begin(), out.mistakes.end(),
                     [](const auto& x, const auto& y) { return x.index < y.index; });
    if (progress) progress(out.total, 1);
    return ok();
  }

  UsersImported out;

 private:
  void take(const Entries::Entry& entry) {
    auto value = json::parse(entry.text, 32);
    if (!value || !value->is_object()) {
      const std::string why = value ? "not a JSON object" : value.error().description;
      out.mistakes.push_back({entry.index, entry.line, {}, "INVALID_FORMAT", why, {}});
      return;
    }
    if (auto good = validate(*value, "user_import"); !good) {
      out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT", good.error().description));
      return;
    }
    if (auto good = check_members(*value, how_); !good) {
      out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT", good.error().description, good.error().reason));
      return;
    }
    const std::vector<const char*> hashes = hashes_in(*value);
    if (hashes.size() > 1) {
      out.mistakes.push_back(
          mistake(entry, *value, "INVALID_FORMAT",
                  std::string(hashes[0]) + " and " + hashes[1] + " are both given: one is the password", hashes[1]));
      return;
    }
    if (auto good = normalize_times(*value); !good) {
      out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT", good.error().description, good.error().reason));
      return;
    }
    if (const Value& custom = (*value)["custom_password_hash"]; custom.is_object() && imported_hash(custom).empty()) {
      out.mistakes.push_back(mistake(
          entry, *value, "INVALID_FORMAT",
          "the algorithm " + json::write(custom["algorithm"]) + " is not supported, or its hash is not complete",
          "custom_password_hash"));
      return;
    }
    if (const Value& hash = (*value)["password_hash"]; hash.is_string())
      if (const auto problem = hash_problem(hash.text()); !problem.empty()) {
        out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT",
                                       "the password_hash cannot be checked: " + problem, "password_hash"));
        return;
      }
    if (claims_administrator((*value)["app_metadata"]) && !how_.is_operators) {
      out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT", not_by_metadata().description, "app_metadata"));
      return;
    }
    const bool is_administrator = take_claim(*value);
    User user = user_of(*value, how_);
    if (user.email.empty() && user.username.empty() && user.phone_number.empty()) {
      out.mistakes.push_back(
          mistake(entry, *value, "OBJECT_REQUIRED", "needs an email, a username or a phone_number", "email"));
      return;
    }
    if (auto fits = check_size(user); !fits) {
      out.mistakes.push_back(mistake(entry, *value, "INVALID_FORMAT", fits.error().description));
      return;
    }
    batch_.push_back({entry, *std::move(value), std::move(user), is_administrator});
  }

  // On all cores: a hash takes 20 ms, and a file may have many.
  void hash() {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    std::vector<std::jthread> workers;
    const bool is_work =
        std::any_of(batch_.begin(), batch_.end(), [](const Wanted& w) { return w.source["password"].is_string(); });
    for (unsigned i = 0; i < (is_work ? std::max(1U, std::thread::hardware_concurrency()) : 1); ++i)
      workers.emplace_back([&] {
        try {
          for (std::size_t at = next++; at < batch_.size(); at = next++)
            batch_[at].user.password_hash = hash_of(batch_[at].source);
        } catch (...) {  // no memory, say: whoever waits for the threads is told
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
        }
      });
    workers.clear();  // joins them
    if (failure) std::rethrow_exception(failure);
  }

  struct Existing {
    std::string id, connection;
  };
  Result<std::optional<Existing>> existing(const User& u) {
    auto rows = store_.commit_now(
        {{"SELECT user_id, connection FROM users WHERE user_id = $5 OR (connection = $1 AND (email = $2 AND "
          "email <> '' OR username = $3 AND "
          "username <> '' OR phone_number = $4 AND phone_number <> '')) LIMIT 1",
          {u.connection, u.email, u.username, u.phone_number, u.id}}});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<Existing>();
    return std::optional(Existing{text_at(rows->first(), 0), text_at(rows->first(), 1)});
  }

  Status keep() {
    // Who is there already, and who is twice in the batch, before anything is hashed.
    std::map<std::string, bool> seen;
    std::vector<Wanted> fresh;
    std::vector<Statement> statements;
    std::int64_t changed = 0;
    for (auto& wanted : batch_) {
      auto there = existing(wanted.user);
      if (!there) return std::move(there).error();
      const std::string name =
          wanted.user.connection + " " +
          (wanted.user.email.empty() ? wanted.user.username + wanted.user.phone_number : wanted.user.email);
      const bool is_twice = !seen.emplace(name, true).second || !seen.emplace(wanted.user.id, true).second;
      if (!*there && !is_twice) {
        fresh.push_back(std::move(wanted));
      } else if (*there && how_.upsert && (*there)->connection != wanted.user.connection) {
        out.mistakes.push_back(mistake(wanted.entry, wanted.source, "USER_EXISTS",
                                       "The user_id is that of a user of another connection", "user_id"));
      } else if (*there && how_.upsert) {
        statements.push_back(change((*there)->id, wanted));
        if (wanted.is_administrator) add(statements, make_administrator((*there)->id, how_.now));
        ++changed;
      } else if (!how_.skips_existing || is_twice) {
        out.mistakes.push_back(mistake(wanted.entry, wanted.source, "USER_EXISTS",
                                       is_twice ? "The user is in the file twice" : "The user already exists"));
      }
    }
    batch_ = std::move(fresh);
    hash();
    for (auto& wanted : batch_) {
      statements.push_back(insert_user(wanted.user, how_.now));
      if (wanted.is_administrator) add(statements, make_administrator(wanted.user.id, how_.now));
    }
    if (!statements.empty()) {
      auto committed = store_.commit_now(std::move(statements));
      if (!committed) return std::move(committed).error();
    }
    out.inserted += static_cast<std::int64_t>(batch_.size());
    out.updated += changed;
    batch_.clear();
    return ok();
  }

  // An entry that says nothing of it blocks nobody, and unblocks nobody.
  Statement change(const std::string& id, const Wanted& wanted) const {
    const auto blocked = wanted.source["blocked"].is_bool() ? static_cast<std::int64_t>(wanted.user.blocked) : -1;
    auto kept = kept_profile(wanted.user.profile);
    return {
        "UPDATE users SET profile = $2, more = $5, blocked = CASE WHEN $3 < 0 THEN blocked ELSE $3 END, updated_at = "
        "$4, "
        "version = version + 1 WHERE user_id = $1",
        {id, std::move(kept.claims), blocked, how_.now, std::move(kept.more)}};
  }

  Store& store_;
  const UsersImport& how_;
  std::vector<Wanted> batch_;
};

}  // namespace

std::string place_of(const UserMistake& mistake) {
  return "users[" + text::decimal(mistake.index) + "], line " + text::decimal(mistake.line);
}

Result<UsersImported> import_users(Store& store, std::string_view text, const UsersImport& how,
                                   const ImportProgress& progress) {
  Importing importing(store, how);
  if (auto done = importing.run(text, progress); !done) return std::move(done).error();
  return std::move(importing.out);
}

}  // namespace ostia::authority
