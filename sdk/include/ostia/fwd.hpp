// The names of the SDK for headers of a program's own, which then need not read those of the SDK (and of the standard
// library with them): what takes or returns these, or holds them by pointer, needs no more. Source files include
// `ostia/ostia.hpp`, or the header that has what they use.
#pragma once

#include <cstdint>

namespace ostia {

// ostia/result.hpp
enum class Fault : std::uint8_t;
struct Error;
template <class T>
class Result;

// ostia/json/value.hpp
namespace json {
class Value;
}

// ostia/engine/http.hpp
struct HttpRequest;
struct HttpResponse;

// ostia/loop.hpp, ostia/task.hpp
class Loop;
class LoopThread;
struct CallOptions;
template <class T>
class Task;

// ostia/environment.hpp
struct Environment;
struct RetryOptions;
struct LogRecord;
struct BrowserRequest;
class HttpTransport;
class BlockingHttpTransport;
class HttpCookies;
class VerificationKey;
class Crypto;
class Browser;
class Clock;

// ostia/options.hpp
struct WebAuthOptions;
struct AuthorizeOptions;
struct ParseHashOptions;
struct LoginOptions;
struct SignupOptions;
struct SignupResult;
struct ChangePasswordOptions;
struct PasswordlessStartOptions;
struct PasswordlessLoginOptions;
struct LogoutOptions;
struct OauthTokenOptions;
struct TokenExchangeOptions;
struct RefreshTokenOptions;
struct AuthResult;
struct UserProfile;

// ostia/web_auth.hpp, ostia/authentication.hpp, ostia/device.hpp, ostia/mfa.hpp, ostia/management.hpp
class WebAuth;
class Popup;
struct LoginAttempt;
class Authentication;
class Device;
struct DeviceCode;
struct DeviceOptions;
class Mfa;
struct MfaAssociateOptions;
struct MfaAssociation;
struct MfaChallengeOptions;
struct MfaChallenge;
struct MfaVerifyOptions;
struct MfaResult;
struct MfaAuthenticator;
class Management;
struct ManagementOptions;

// ostia/credentials.hpp, ostia/storage.hpp
class Credentials;
struct CredentialsOptions;
struct GetCredentialsOptions;
class Storage;
struct FileStorageOptions;

// ostia/token_verifier.hpp
class TokenVerifier;
struct TokenVerifierOptions;
class VerifiedToken;
struct IdTokenChecks;

}  // namespace ostia
