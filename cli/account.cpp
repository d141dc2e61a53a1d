#include "account.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

using json::Value;

// Where there is no HOME (cron, a unit of systemd), the home of the password database, as for the tokens.
std::filesystem::path home() {
  if (const char* home = std::getenv("HOME"); home && *home == '/') return home;
  const passwd* entry = getpwuid(geteuid());
  return entry && entry->pw_dir ? entry->pw_dir : "/";
}

std::filesystem::path profile_file(const AccountOptions& o) {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  return (config && *config == '/' ? std::filesystem::path(config) : home() / ".config") / "ostia" /
         (o.profile + ".json");
}

Error cannot(const std::string& what, const std::filesystem::path& file) {
  return Error{"storage_error", "cannot " + what + " " + file.string(), "cannot_write", 0, Fault::ours};
}

// What of the options a profile has.
struct Remembered {
  const char* name;
  std::string WebAuthOptions::* member;
};
constexpr Remembered remembered[] = {{"domain", &WebAuthOptions::domain},
                                     {"client_id", &WebAuthOptions::client_id},
                                     {"issuer", &WebAuthOptions::issuer},
                                     {"ca_file", &WebAuthOptions::ca_file}};

}  // namespace

void add_account_options(CLI::App& verb, AccountOptions& o) {
  verb.add_option("--domain", o.auth.domain, "The authority's host, or its origin with http:// or https://")
      ->type_name("D");
  verb.add_option("--client-id", o.auth.client_id, "The application to log in to")->type_name("C");
  verb.add_option("--issuer", o.auth.issuer, "The authority's issuer, when it is not https://D/")->type_name("URL");
  verb.add_option("--cacert", o.auth.ca_file, "Certificates to trust (PEM; SSL_CERT_FILE)")->type_name("FILE");
  verb.add_option("--profile", o.profile, "Name of the account, when there are several")
      ->type_name("NAME")
      ->capture_default_str()
      ->check([](const std::string& name) {
        const bool fine = !name.empty() && name.find_first_of("/\\.") == std::string::npos;
        return fine ? "" : "a profile is named without /, \\ and .";
      });
  verb.add_option("--storage", o.storage, "Where tokens are kept: auto, desktop, file or none")
      ->type_name("KIND")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "desktop", "file", "none"}));
  verb.add_flag("--json", o.json, "Print JSON");
}

void add_login_options(CLI::App& verb, AccountOptions& o) {
  verb.add_option("--audience", o.auth.audience, "The API that the access token is for")->type_name("URI");
  verb.add_option("--scope", o.auth.scope, "Scopes to ask for (openid profile email offline_access)")
      ->type_name("SCOPES");
}

Status prepare_login(AccountOptions& o) {
  for (const auto& [option, text] : {std::pair{"--domain", &o.auth.domain}, {"--client-id", &o.auth.client_id}})
    if (text->empty()) return caller_error("invalid_option", std::string(option) + " is required");
  if (o.auth.scope.empty()) o.auth.scope = "openid profile email offline_access";
  return ok();
}

Status complete(AccountOptions& o) {
  const auto file = profile_file(o);
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  const auto kept = json::parse(text.str());
  std::error_code error;
  const bool is_damaged = (!kept || !kept->is_object()) && std::filesystem::exists(file, error);
  const bool is_other = kept && !o.auth.domain.empty() && o.auth.domain != (*kept)["domain"].text();
  if (kept && !is_other)
    for (const auto& [name, member] : remembered)
      if ((o.auth.*member).empty()) o.auth.*member = (*kept)[name].text();
  for (const auto& [option, text_of] :
       {std::pair{"--domain", &o.auth.domain}, std::pair{"--client-id", &o.auth.client_id}})
    if (text_of->empty() && (is_damaged || error))  // that nobody is logged in is not known then
      return Error{"storage_error",
                   "cannot read " + file.string() + ", which says where you are logged in: log in again, or remove it",
                   "file_damaged", 0, Fault::ours};
    else if (text_of->empty())
      return Error{"login_required",
                   std::string("Nobody is logged in") + (o.profile == "default" ? "" : " as profile " + o.profile) +
                       ": run `ostia login`, or give " + option,
                   "no_profile", 0, Fault::caller};
  return ok();
}

Status remember(const AccountOptions& o) {
  const auto file = profile_file(o);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  Value profile = Value::object();
  for (const auto& [name, member] : remembered)
    if (!(o.auth.*member).empty()) profile.set(name, o.auth.*member);
  // Relative names would mean something else tomorrow.
  if (!o.auth.ca_file.empty()) profile.set("ca_file", std::filesystem::absolute(o.auth.ca_file).string());
  std::ofstream out(file, std::ios::trunc);
  out << json::write(profile) << '\n';
  out.close();
  if (!out) return cannot("write", file);
  return ok();
}

Status forget(const AccountOptions& o) {
  std::error_code error;
  std::filesystem::remove(profile_file(o), error);
  return error ? Status(cannot("remove", profile_file(o))) : ok();
}

Result<std::shared_ptr<Storage>> storage_of(const AccountOptions& o) {
  const char* passphrase = std::getenv("OSTIA_PASSPHRASE");
  if (o.storage == "none") return std::shared_ptr<Storage>();
  auto desktop = o.storage == "file" || passphrase ? nullptr : secret_service_storage();
  if (desktop) return desktop;
  if (o.storage == "desktop")
    return Error{"storage_error", "There is no desktop secret store here; try --storage file", "no_secret_service", 0,
                 Fault::caller};
  return file_storage({.passphrase = passphrase ? passphrase : ""});
}

Result<Credentials> credentials_of(const AccountOptions& o, const WebAuth& auth) {
  auto storage = storage_of(o);
  if (!storage) return std::move(storage).error();
  if (!*storage)
    return Error{"login_required", "With --storage none nothing is kept", "nothing_kept", 0, Fault::caller};
  return Credentials(auth, {.storage = *std::move(storage), .name = o.profile});
}

int finish_login(const AccountOptions& o, WebAuth& auth, const AuthResult& result) {
  if (o.storage != "none") {
    auto credentials = credentials_of(o, auth);
    Status kept = credentials ? credentials->store(result) : Status(credentials.error());
    if (kept) kept = remember(o);
    // The login itself is good; only the next command will not find it.
    if (!kept) tell_beside("warning", "the login is not kept: " + kept.error().description, o.json);
  }
  if (o.json) return say_json(to_json(result)), Exit::done;
  const auto user = auth.client().user_info(result.access_token);
  if (!user) return report(user.error());
  say("Logged in as " + (user->name.empty() ? user->sub : user->name));
  print_profile(*user);
  return Exit::done;
}

Value to_json(const AuthResult& r) {
  Value out =
      Value::object({{"access_token", r.access_token}, {"token_type", r.token_type}, {"expires_in", r.expires_in}});
  for (const auto& [name, text] :
       {std::pair{"id_token", &r.id_token}, {"refresh_token", &r.refresh_token}, {"scope", &r.scope}})
    if (!text->empty()) out.set(name, *text);
  out.set("id_token_payload", r.id_token_payload);
  return out;
}

void print_profile(const UserProfile& user) {
  for (const auto& [key, claim] : user.claims.members())
    say("  " + padded(key, 15) + " " + (claim.is_string() ? claim.text() : json::write(claim)));
}

}  // namespace ostia::cli
