// What was looked for by a name from outside.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace ostia::authority {

/// Thrown by whoever uses what was not found: the request is answered, and says so (`route`). The usual way there is a
/// tenant that has been changed between two steps of a login.
class NotThere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A part of a tenant, or nothing. It keeps the snapshot that it belongs to, so it stays good however the tenant
/// changes meanwhile; and nothing is never read: asking it for something throws `NotThere`.
template <class T>
class Found {
 public:
  Found() noexcept = default;
  Found(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  /// `owner` is what keeps `part`; null where it is there as long as the program.
  Found(const std::shared_ptr<const void>& owner, const T* part) noexcept : part_(owner, part) {}

  explicit operator bool() const noexcept { return part_ != nullptr; }
  const T& operator*() const& {
    if (!part_) throw NotThere("a part of the tenant that this request needs is not there any more");
    return *part_;
  }
  const T& operator*() && = delete;  // what is referred to would go with this, in the next line
  const T* operator->() const { return &**this; }

 private:
  std::shared_ptr<const T> part_;
};

}  // namespace ostia::authority
