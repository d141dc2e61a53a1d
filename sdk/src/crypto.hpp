// The few primitives that a client needs, all of them OpenSSL's.
#pragma once

#include <string>

#include "ostia/json/value.hpp"

namespace ostia::sdk {

std::string random_bytes(int count);  ///< empty if the system has none
std::string sha256(const std::string& bytes);
/// Whether `signature` over `input` is good for the RSA key of a JWK. Keys below 2048 bits sign nothing (RFC 7518 3.3).
bool verify_rs256(const json::Value& key, const std::string& input, const std::string& signature);

}  // namespace ostia::sdk
