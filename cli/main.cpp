#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <string_view>

#include "base/signals.hpp"

#include "ostia/json/value.hpp"
#include "ostia/text/readers.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {

std::string sentence_of(const Error& error) {
  return text::for_readers("ostia: " + (error.description.empty() ? error.code : error.description)) + "\n";
}

int exit_of(const Error& error) {
  if (error.code == "login_required") return Exit::login_needed;
  return error.fault == Fault::caller ? Exit::asked_wrongly : Exit::failed;
}

// The SDK names its options as programs do.
Error in_options_of_verbs(Error error) {
  constexpr std::string_view theirs = "ca_file = \"FILE.pem\"";
  if (const auto at = error.description.find(theirs); at != std::string::npos)
    error.description.replace(at, theirs.size(), "--cacert FILE.pem");
  return error;
}

int report(const Error& given, bool json) {
  const Error error = in_options_of_verbs(given);
  if (json)
    tell_json(json::Value::object(
        {{"error", error.code}, {"error_description", error.description}, {"reason", error.reason}}));
  else
    draw(sentence_of(error));
  return exit_of(error);
}

namespace {

// Before the options are understood.
bool wants_json(int argc, char** argv) {
  return std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
}

int refuse(const std::string& what, bool json) {
  const int code = report(caller_error("invalid_option", what, "invalid_option"), json);
  if (!json) tell("Run `ostia --help` for what there is.");
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Ostia: login for applications. `ostia VERB --help` tells more of each verb.", "ostia");
  app.set_version_flag("--version", std::string("ostia " OSTIA_VERSION));
  app.require_subcommand(0, 1);  // so that a wrong verb is named rather than missed
  const std::map<std::string, Run> verbs = {{"serve", add_serve(app)},
                                            {"login", add_login(app)},
                                            {"device", add_device(app)},
                                            {"token", add_token(app)},
                                            {"logout", add_logout(app)},
                                            {"userinfo", add_userinfo(app)},
                                            {"decode", add_decode(app)},
                                            {"completion", add_completion(app)},
                                            {"import", add_import(app)},
                                            {"export", add_export(app)},
                                            {"lint", add_lint(app)},
                                            {"backup", add_backup(app)},
                                            {"restore", add_restore(app)},
                                            {"verify", add_verify(app)},
                                            {"keys", add_keys(app)},
                                            {"doctor", add_doctor(app)},
                                            {"dev-domain", add_dev_domain(app)}};
  app.add_subcommand("help", "Shows this text.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    return refuse(e.what(), wants_json(argc, argv));
  }
  if (app.get_subcommands().empty()) {
    return refuse("a verb is required", wants_json(argc, argv));
  }
  const std::string verb = app.get_subcommands().front()->get_name();
  if (verb != "help") return verbs.at(verb)();
  print_file(app.help() + "\n");
  return Exit::done;
}

// Whoever starts this with one of them closed would else have the database or a connection there, and the log in it.
void keep_standard_descriptors() {
  int opened = 0;
  while (opened >= 0 && opened <= STDERR_FILENO) opened = open("/dev/null", O_RDWR);
  if (opened > STDERR_FILENO) close(opened);
}

// What was said and did not arrive (a full disk, a reader that is gone) was not done.
int finish_output(int code) {
  const bool is_written = std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (is_written || code != Exit::done) return code;
  tell(std::string("ostia: cannot write to the standard output: ") + std::strerror(errno));
  return Exit::failed;
}

}  // namespace
}  // namespace ostia::cli

int main(int argc, char** argv) {
  ostia::cli::keep_standard_descriptors();
  ostia::authority::survive_broken_pipes();
  try {
    return ostia::cli::finish_output(ostia::cli::run(argc, argv));
  } catch (const std::exception& e) {
    ostia::cli::tell(std::string("ostia: ") + e.what());
    return 1;
  }
}
