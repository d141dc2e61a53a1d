// What every fallible call of Ostia returns: a value, or an Error that says what was wrong, where, and whose fault it
// was. Nothing throws. The core, the SDK and the authority share these two types and no other error type.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

// Whoever builds the shared library exports what is marked; everything else stays inside.
#if defined(__GNUC__) && !defined(__wasm__)
#define OSTIA_API __attribute__((visibility("default")))
#else
#define OSTIA_API
#endif

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
#ifndef __wasm__               // a page reads it from the answer itself
  std::string mfa_token = {};  ///< with `mfa_required`: what the second factor's calls need; a secret for ten minutes
#endif
};

/// A value or an Error. Reading the wrong side traps in every build: an unchecked failure must not become a value.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                               // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT(google-explicit-constructor)
  Result(Result&&) noexcept = default;
  Result& operator=(Result&&) noexcept = default;
  Result(const Result& other)
      : value_(other.value_), error_(other.error_ ? std::make_unique<Error>(*other.error_) : nullptr) {}
  Result& operator=(const Result& other) { return *this = Result(other); }
  ~Result() = default;

  [[nodiscard]] bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return *checked(); }
  const T& value() const& { return *checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return *checked(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return checked(); }

  Error& error() & { return *failed(); }
  const Error& error() const& { return *failed(); }
  Error&& error() && { return std::move(*failed()); }

 private:
  T* checked() noexcept { return const_cast<T*>(std::as_const(*this).checked()); }
  const T* checked() const noexcept {
    if (error_) __builtin_trap();
    return &*value_;
  }
  Error* failed() const noexcept {
    if (!error_) __builtin_trap();
    return error_.get();
  }

  std::optional<T> value_;
  std::unique_ptr<Error> error_;  // apart, so that handing a result on costs little where all goes well
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
