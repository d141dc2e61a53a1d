#include "http/documents.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::size_t most_kept = 256;

}  // namespace

DocumentStep judge_document(std::optional<std::chrono::nanoseconds> age,
                            std::optional<std::chrono::nanoseconds> since_try, std::chrono::nanoseconds max_age) {
  if (!age || *age >= longest_kept) return DocumentStep::ask;
  if (*age < max_age) return DocumentStep::use;
  return since_try && *since_try < between_tries ? DocumentStep::use : DocumentStep::refresh;
}

Documents::Plan Documents::plan(const std::string& url, std::chrono::seconds max_age, Time now) {
  const std::lock_guard lock(mutex_);
  const auto it = kept_.find(url);
  if (it == kept_.end()) return {DocumentStep::ask, {}};
  Kept& kept = it->second;
  const auto since_try = kept.tried ? std::optional<std::chrono::nanoseconds>(now - *kept.tried) : std::nullopt;
  const auto step = judge_document(now - kept.at, since_try, max_age);
  if (step == DocumentStep::ask) return {step, {}};
  if (step == DocumentStep::refresh) kept.tried = now;
  return {step, kept.document};
}

void Documents::keep(const std::string& url, Value document, Time now) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= most_kept) kept_.clear();  // connections that are gone
  kept_[url] = {std::move(document), now, {}};
}

}  // namespace ostia::authority
