// What every fallible call of Ostia returns: a value, or an Error that says what was wrong, where, and whose fault it
// was. Nothing throws. The core, the SDK and the authority share these two types and no other error type.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace ostia {

/// Whose mistake an error is: it decides what a host does with it (throw, report, answer 4xx or 5xx).
enum class Fault : std::uint8_t {
  ours,    ///< a defect or a lack of resources on this side
  caller,  ///< an argument or an option is wrong
  peer,    ///< what the other side sent is wrong, or it sent nothing
};

/// An error. `code` is the wire's own where there is one (RFC 6749 section 5.2); tests compare `code` and `reason`.
struct Error {
  std::string code;         ///< stable, e.g. `invalid_token`
  std::string description;  ///< one sentence: what was wrong, what came, what would be right; never a secret
  std::string reason;       ///< stable and finer than `code`, e.g. `state_missing`; may be empty
  int status = 0;           ///< the HTTP status that came with it; 0 when there was none
  Fault fault = Fault::peer;
};

/// A value or an Error. Reading the wrong side traps in every build: an unchecked failure must not become a value.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return *check<0>(); }
  const T& value() const& { return *check<0>(); }
  T&& value() && { return std::move(*check<0>()); }
  T& operator*() & { return *check<0>(); }
  const T& operator*() const& { return *check<0>(); }
  T&& operator*() && { return std::move(*check<0>()); }
  T* operator->() { return check<0>(); }
  const T* operator->() const { return check<0>(); }

  Error& error() & { return *check<1>(); }
  const Error& error() const& { return *check<1>(); }
  Error&& error() && { return std::move(*check<1>()); }

 private:
  template <std::size_t I>
  auto* check() noexcept {
    auto* side = std::get_if<I>(&state_);
    if (!side) __builtin_trap();
    return side;
  }
  template <std::size_t I>
  const auto* check() const noexcept {
    const auto* side = std::get_if<I>(&state_);
    if (!side) __builtin_trap();
    return side;
  }

  std::variant<T, Error> state_;
};

/// Success without a value.
using Unit = std::monostate;
using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

/// An error that the caller can mend, in one line.
inline Error caller_error(std::string code, std::string description, std::string reason = {}) {
  return {std::move(code), std::move(description), std::move(reason), 0, Fault::caller};
}
/// An error of the other side, in one line.
inline Error peer_error(std::string code, std::string description, std::string reason = {}) {
  return {std::move(code), std::move(description), std::move(reason), 0, Fault::peer};
}

}  // namespace ostia
