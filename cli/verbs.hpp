// The program's verbs. Each adds its subcommand; what it returns runs it and gives the exit code:
// 0 done, 1 it failed, 2 it was asked wrongly.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "ostia/result.hpp"

namespace ostia::cli {

using Run = std::function<int()>;

Run add_serve(CLI::App& app);
Run add_login(CLI::App& app);

/// Says on standard error what went wrong; the exit code.
int report(const Error& error);

}  // namespace ostia::cli
