#include "protocol/registration.hpp"

#include <algorithm>

#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::protocol {
namespace {

using json::Value;

constexpr std::size_t most_redirect_uris = 20, longest_uri = 2000, longest_name = 100;  // bytes

Error refused(std::string code, std::string description, std::string reason) {
  return {std::move(code), std::move(description), std::move(reason), 400, Fault::caller};
}

Error bad(std::string description, std::string reason) {
  return refused("invalid_client_metadata", std::move(description), std::move(reason));
}

Error bad_uri(std::string description) {
  return refused("invalid_redirect_uri", std::move(description), "metadata_redirect_uri");
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// A scheme that belongs to one application: a domain of its maker's, turned round (RFC 8252 sections 7.1 and 8.4).
// Those of a few editors are older than that; all others without a period may be the system's own.
bool is_private_scheme(std::string_view scheme) {
  constexpr std::string_view editors[] = {"cursor", "vscode", "vscode-insiders", "vscodium", "windsurf", "zed"};
  if (oauth::is_dangerous_scheme(scheme)) return false;
  return scheme.find('.') != scheme.npos ||
         std::find(std::begin(editors), std::end(editors), scheme) != std::end(editors);
}

// An extension's own part of an editor: `vscode://publisher.extension/…`; the editor's commands have others.
bool is_extension(std::string_view host) {
  return !host.empty() && !host.starts_with("vscode.") &&
         !is_one_of(host, {"file", "settings", "extension", "extensions", "profile", "vscode-remote", "command"});
}

// HTTPS; HTTP on the person's own machine; or a scheme of the application's own (RFC 8252 sections 7.1 to 7.3). A
// pattern would be for addresses of others, too.
// RFC 7591 section 5
Status check_redirect_uri(const Value& one, bool& is_native) {
  if (!one.is_string() || one.text().empty() || one.text().size() > longest_uri)
    return bad_uri("redirect_uris: each must be an address of at most 2000 bytes");
  const std::string& uri = one.text();
  const auto parsed = url::parse(uri);
  if (!parsed || parsed->has_fragment || parsed->has_userinfo || uri.find('*') != uri.npos)
    return bad_uri("redirect_uris: an absolute address without fragment and without patterns is needed, not " + uri);
  const std::string scheme = text::lower(parsed->scheme);
  const bool is_loopback = scheme == "http" && url::is_loopback_host(parsed->host);
  const bool is_own = is_private_scheme(scheme) && (scheme.find('.') != scheme.npos || is_extension(parsed->host));
  is_native = is_native || is_loopback || is_own;
  if ((scheme == "https" && !parsed->host.empty()) || is_loopback || is_own) return ok();
  return bad_uri(
      "redirect_uris: https, http on a loopback address, or a scheme of the application's own with a period in it, "
      "such "
      "as com.example.app, not " +
      uri);
}

Result<std::vector<std::string>> redirect_uris_of(const Value& list, bool& is_native) {
  if (list.size() == 0 || !list.is_array()) return bad_uri("redirect_uris: at least one is needed");
  if (list.size() > most_redirect_uris) return bad_uri("redirect_uris: at most 20");
  std::vector<std::string> out;
  for (const auto& one : list.items()) {
    if (auto good = check_redirect_uri(one, is_native); !good) return std::move(good).error();
    out.push_back(one.text());
  }
  return out;
}

// The words of `list` if each is one of `allowed`.
Result<std::vector<std::string>> words_of(const char* member, const Value& list, std::vector<std::string> usual,
                                          std::initializer_list<std::string_view> allowed) {
  if (list.is_null()) return usual;
  std::vector<std::string> out;
  for (const auto& one : list.items()) {
    if (!one.is_string() || !is_one_of(one.text(), allowed))
      return bad(std::string(member) + ": " + (one.is_string() ? one.text() : "what is no text") +
                     " is not for applications that register themselves",
                 "metadata_unsupported");
    if (std::find(out.begin(), out.end(), one.text()) == out.end()) out.push_back(one.text());
  }
  if (out.empty()) return bad(std::string(member) + " must be a list of names", "metadata_malformed");
  return out;
}

// Where people read it, it stands beside the host that answers go to: control characters have no business there.
Result<std::string> name_of(const Value& asked, const std::string& first_uri) {
  const Value& name = asked["client_name"];
  if (name.is_null()) {
    const auto uri = url::parse(first_uri);
    return std::string(uri && !uri->host.empty() ? uri->host : first_uri.substr(0, first_uri.find(':')));
  }
  const bool is_text = name.is_string() && text::is_utf8(name.text()) && !name.text().empty();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (!is_text || name.text().size() > longest_name || std::any_of(name.text().begin(), name.text().end(), is_control))
    return bad("client_name must be text of at most 100 bytes", "metadata_malformed");
  return name.text();
}

Result<std::string> auth_method_of(const Value& asked, MetadataSource source) {
  const bool is_document = source == MetadataSource::document;
  const Value& method = asked["token_endpoint_auth_method"];
  if (method.is_null()) return std::string(is_document ? "none" : "client_secret_basic");
  const bool is_good =
      method.is("none") || (!is_document && (method.is("client_secret_basic") || method.is("client_secret_post")));
  if (is_good) return method.text();
  return bad(is_document ? "token_endpoint_auth_method: a public document can hold no secret, so it is none"
                         : "token_endpoint_auth_method: none, client_secret_basic or client_secret_post",
             "metadata_unsupported");
}

}  // namespace

// RFC 7591 sections 2 and 3.2.2
Result<ClientMetadata> judge_metadata(const Value& asked, MetadataSource source) {
  if (!asked.is_object()) return bad("the metadata must be a JSON object", "metadata_malformed");
  ClientMetadata out;
  auto uris = redirect_uris_of(asked["redirect_uris"], out.is_native);
  if (!uris) return std::move(uris).error();
  out.redirect_uris = *std::move(uris);
  auto grants = words_of("grant_types", asked["grant_types"], {"authorization_code"},
                         {"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"});
  if (!grants) return std::move(grants).error();
  out.grant_types = *std::move(grants);
  if (auto types = words_of("response_types", asked["response_types"], {"code"}, {"code"}); !types)
    return std::move(types).error();
  auto method = auth_method_of(asked, source);
  if (!method) return std::move(method).error();
  out.auth_method = *std::move(method);
  auto name = name_of(asked, out.redirect_uris.front());
  if (!name) return std::move(name).error();
  out.name = *std::move(name);
  if (source == MetadataSource::document && asked.find("client_secret"))
    return bad("client_secret: a public document can hold no secret", "metadata_unsupported");
  return out;
}

// draft-ietf-oauth-client-id-metadata-document section 3
std::string_view wrong_with_client_url(std::string_view client_id, bool allows_loopback) {
  const auto parsed = url::parse(client_id);
  if (!parsed || client_id.size() > longest_uri) return "it is no address of at most 2000 bytes";
  const bool is_https = parsed->scheme == "https";
  if (!is_https && !(allows_loopback && parsed->scheme == "http" && url::is_loopback_host(parsed->host)))
    return "it must begin with https://";
  if (parsed->has_fragment) return "it must have no fragment";
  if (parsed->has_userinfo) return "it must name no user";
  if (parsed->path.size() < 2) return "it must have a path";
  for (const auto segment : text::split(parsed->path, '/'))
    if (segment == "." || segment == "..") return "its path must have no . and no .. in it";
  return {};
}

}  // namespace ostia::authority::protocol
