// OpenSSL's objects with owners.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>

namespace ostia::sdk {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;
using Number = Handle<BIGNUM, BN_clear_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

}  // namespace ostia::sdk
