// Coroutines of the authority, and the only forms in which they await. g++ 12 copies or destroys temporaries of an
// expression with `co_await` wrongly (docs/decisions/0004), so each form names its task first; `make lint` refuses
// anything else.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <utility>

#include "ostia/result.hpp"

namespace ostia::authority {

template <class T>
using Async = boost::asio::awaitable<Result<T>>;

}  // namespace ostia::authority

#define OSTIA_JOIN_(a, b) a##b
#define OSTIA_JOIN(a, b) OSTIA_JOIN_(a, b)

/// `CO_AWAIT(const auto user, find_user(store, id));` declares what the task gives, a `Result` as it is.
#define CO_AWAIT(declaration, ...)                \
  auto OSTIA_JOIN(task_, __LINE__) = __VA_ARGS__; \
  declaration = co_await std::move(OSTIA_JOIN(task_, __LINE__))

/// `CO_TRY(const auto user, find_user(store, id));` declares the value; an error is returned to the caller.
#define CO_TRY(declaration, ...)                                                                  \
  CO_AWAIT(auto OSTIA_JOIN(result_, __LINE__), __VA_ARGS__);                                      \
  if (!OSTIA_JOIN(result_, __LINE__)) co_return std::move(OSTIA_JOIN(result_, __LINE__)).error(); \
  declaration = *std::move(OSTIA_JOIN(result_, __LINE__))

/// The same for a task whose value is of no interest. One statement.
#define CO_TRY_VOID(...)                              \
  do {                                                \
    CO_AWAIT(auto result, __VA_ARGS__);               \
    if (!result) co_return std::move(result).error(); \
  } while (false)

/// `CO_RETURN(find_user(store, id));` hands on what another task gives. One statement.
#define CO_RETURN(...)                  \
  do {                                  \
    auto task = __VA_ARGS__;            \
    co_return co_await std::move(task); \
  } while (false)

/// `CO_IGNORE(forget_failures(a, attempt));` awaits what keeps nobody back, whether it worked or not.
#define CO_IGNORE(...)              \
  do {                              \
    auto task = __VA_ARGS__;        \
    (void)co_await std::move(task); \
  } while (false)
