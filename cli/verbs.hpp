// The program's verbs. Each adds its subcommand; what it returns runs it and gives the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "ostia/result.hpp"

namespace ostia::cli {

using Run = std::function<int()>;

Run add_serve(CLI::App& app);
Run add_import(CLI::App& app);
Run add_export(CLI::App& app);
Run add_lint(CLI::App& app);
Run add_backup(CLI::App& app);
Run add_restore(CLI::App& app);
Run add_verify(CLI::App& app);
Run add_keys(CLI::App& app);
Run add_doctor(CLI::App& app);
Run add_login(CLI::App& app);
Run add_device(CLI::App& app);
Run add_token(CLI::App& app);
Run add_userinfo(CLI::App& app);
Run add_logout(CLI::App& app);
Run add_decode(CLI::App& app);
Run add_dev_domain(CLI::App& app);
Run add_completion(CLI::App& app);

/// Exit codes, the same for every verb (ostia(1)).
enum Exit : int { done = 0, failed = 1, asked_wrongly = 2, login_needed = 3 };

/// What went wrong, as a sentence, and its exit code.
std::string sentence_of(const Error& error);
int exit_of(const Error& error);
/// Says on standard error what went wrong, as a sentence or, with `json`, as an object; the exit code.
int report(const Error& error, bool json = false);

}  // namespace ostia::cli
