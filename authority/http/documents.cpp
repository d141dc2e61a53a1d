#include "http/documents.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::size_t most_kept = 256;

}  // namespace

std::optional<Documents::Kept> Documents::find(const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto it = kept_.find(url);
  return it == kept_.end() ? std::nullopt : std::optional(it->second);
}

void Documents::keep(const std::string& url, Value document) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= most_kept) kept_.clear();  // connections that are gone
  kept_[url] = {std::move(document), Time::clock::now()};
}

}  // namespace ostia::authority
