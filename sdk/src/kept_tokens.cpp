#include "kept_tokens.hpp"

#include <unistd.h>

#include <algorithm>

#include "directories.hpp"
#include "file_lock.hpp"

namespace ostia::sdk {
namespace {

using json::Value;

constexpr std::size_t least_room = 8192;

}  // namespace

KeptTokens::KeptTokens(std::shared_ptr<Storage> storage, std::string entry, std::string lock_directory)
    : storage_(std::move(storage)), entry_(std::move(entry)), lock_directory_(std::move(lock_directory)) {}

KeptTokens::~KeptTokens() { settle(); }

Result<Lock> KeptTokens::try_lock() const {
  if (lock_directory_.empty()) return storage_->try_lock(entry_);
  if (auto made = make_private_directory(lock_directory_); !made) return std::move(made).error();
  return try_file_lock(lock_directory_ + "/" + file_name(entry_) + ".lock");
}

Result<Lock> KeptTokens::try_claim() const {
  const std::string claim = entry_ + " renewal";
  if (lock_directory_.empty()) return storage_->try_lock(claim);
  return try_file_lock(lock_directory_ + "/" + file_name(claim) + ".lock");
}

Result<Value> KeptTokens::load_stored() const {
  auto text = storage_->load(entry_);
  if (!text) return std::move(text).error();
  if (!*text) return Value();
  auto kept = json::parse(**text);
  if (kept && kept->is_object()) return kept;
  return Error{"storage_error", "What is kept under \"" + entry_ + "\" is not from this program", "file_damaged", 0,
               Fault::ours};
}

// A child of `fork` has a copy of what its parent holds, and two may not spend it. The claim stays taken.
void KeptTokens::forget_foreign() {
  if (!held_ || held_->owner == getpid()) return;
  foreign_claim_ = std::move(held_->claim);
  held_.reset();
}

Result<Value> KeptTokens::load() {
  auto stored = load_stored();
  const std::lock_guard lock(mutex_);
  forget_foreign();
  if (stored) stored_ = (*stored)["refresh_token"].text();
  if (!held_) return stored;
  if (!stored || stored_ == held_->replaces) return held_->tokens;
  held_.reset();  // somebody has logged in, or out, since
  return stored;
}

// A storage of the program's own may throw, when the tokens are already the only ones that are good.
Status KeptTokens::save_in_storage(const std::string& text) const {
  std::string why;
  try {
    return storage_->save(entry_, text);
  } catch (const std::exception& e) {
    why = e.what();
  } catch (...) {
    why = "something that is no std::exception";
  }
  return Error{"storage_error", "The storage threw: " + why, "callback_failed", 0, Fault::caller};
}

Status KeptTokens::save(const Value& tokens) {
  auto saved = save_in_storage(json::write(tokens));
  if (!saved) return saved;
  const std::lock_guard lock(mutex_);
  stored_ = tokens["refresh_token"].text();
  held_.reset();
  return saved;
}

// Tokens of a renewal may be longer: the person may have got more roles since.
Status KeptTokens::reserve(const Value& tokens) {
  return storage_->reserve(entry_, std::max(2 * json::write(tokens).size(), least_room));
}

void KeptTokens::release() { (void)storage_->reserve(entry_, 0); }

Status KeptTokens::remove() {
  auto removed = storage_->remove(entry_);
  const std::lock_guard lock(mutex_);
  if (removed) held_.reset();
  return removed;
}

void KeptTokens::hold(Value tokens, Error why, Lock claim) {
  const std::lock_guard lock(mutex_);
  held_ = Held{.tokens = std::move(tokens),
               .replaces = held_ ? held_->replaces : stored_,
               .why = std::move(why),
               .claim = std::move(claim),
               .owner = getpid()};
}

void KeptTokens::settle() {
  if (status()) return;
  const auto lock = try_lock();
  if (!lock || !*lock) return;
  const auto newest = load();
  if (status() || !newest) return;  // somebody else has newer ones
  auto saved = save(*newest);
  const std::lock_guard guard(mutex_);
  if (!saved && held_) held_->why = std::move(saved).error();
}

Status KeptTokens::status() {
  const std::lock_guard lock(mutex_);
  forget_foreign();
  return held_ ? Status(held_->why) : ok();
}

Lock KeptTokens::claim() {
  const std::lock_guard lock(mutex_);
  return held_ ? held_->claim : nullptr;
}

}  // namespace ostia::sdk
