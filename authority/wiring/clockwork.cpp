#include "wiring/clockwork.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/log.hpp"
#include "operations/service.hpp"
#include "state/tenant_changes.hpp"
#include "store/housekeeping.hpp"

namespace ostia::authority {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t cleaning = 60, keeping = 600;  // seconds between two

std::int64_t steady_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t kept_time(Store& store) {
  const auto rows = store.commit_now({{"SELECT value FROM revisions WHERE name = 'housekeeping'", {}}});
  return rows ? int_at(rows->first(), 0) : 0;
}

}  // namespace

Clockwork::Clockwork(Authority& a, std::function<bool()> is_well) : a_(a), time_(kept_time(a.store)) {
  watchdog_.start("watchdog_failed", 2s, [is_well = std::move(is_well)] {
    if (is_well()) notify_service("WATCHDOG=1");
  });
  follow_.start("tenant_unread", 2s, [this] {
    if (auto followed = follow_tenant(a_); !followed)
      log_event("error", "tenant_unread", {{"what", followed.error().description}});
  });
  housekeeping_.start("housekeeping_failed", 2s, [this] { keep_house(); });
}

void Clockwork::keep_house() {
  const std::int64_t now = a_.clock.now(), offset = a_.clock.offset();
  // Where a test has moved the clock on purpose, all of it moves.
  const std::int64_t believed = time_.at(now - offset, steady_seconds());
  const bool went_back = time_.went_back() || offset < offset_;
  offset_ = offset;
  auto mended = a_.store.commit_now({hasten_messages(now)});
  if (mended && went_back) mended = a_.store.commit_now({age_rotated_tokens(now)});
  if (!mended) log_event("error", "housekeeping_failed", {{"what", mended.error().description}});
  if (std::abs(now - cleaned_at_) < cleaning) return;
  cleaned_at_ = now;
  delete_what_has_expired(believed + offset);
  if (std::abs(believed - kept_at_) < keeping) return;
  kept_at_ = believed;
  a_.store.post({{"UPDATE revisions SET value = $1 WHERE name = 'housekeeping'", {believed}}});
}

void Clockwork::delete_what_has_expired(std::int64_t believed) {
  const auto tenant = a_.tenant();
  const auto is_stopping = [this] { return housekeeping_.is_stopping(); };
  const auto is_stream = [&](const std::string& id) {
    return std::any_of(tenant->log_streams.begin(), tenant->log_streams.end(),
                       [&](const auto& s) { return s.id == id; });
  };
  const auto unused = forget_unused_registrations(a_.store, believed - tenant->registration.keeps_unused);
  if (!unused) return log_event("error", "housekeeping_failed", {{"what", unused.error().description}});
  if (*unused > 0)
    log_event("info", "registrations_removed",
              {{"count", *unused}, {"what", "applications that registered themselves and that nobody has used"}});
  if (auto forgotten = forget_deliveries(a_.store, is_stream, is_stopping); !forgotten)
    return log_event("error", "housekeeping_failed", {{"what", forgotten.error().description}});
  const auto removed = delete_expired(a_.store, believed, {tenant->log_retention, tenant->log_refusals}, is_stopping);
  if (!removed) return log_event("error", "housekeeping_failed", {{"what", removed.error().description}});
  a_.untaken_log_entries += static_cast<std::uint64_t>(removed->deliveries);
  if (removed->deliveries > 0)
    log_event("error", "log_entries_untaken",
              {{"count", removed->deliveries},
               {"what", "no log stream took them for as long as entries are kept (log_retention_days)"}});
  if (removed->refusals > 0)
    log_event("info", "log_refusals_removed",
              {{"count", removed->refusals}, {"what", "more refusals than are kept (log_refusals)"}});
}

}  // namespace ostia::authority
