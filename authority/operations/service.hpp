// What the system that started this program wants to know of it, and what it must not keep of it.
#pragma once

#include <string_view>

namespace ostia::authority {

/// Tells systemd (or whoever gave `NOTIFY_SOCKET`) something such as `READY=1`, as sd_notify(3) describes it; nothing
/// where nobody asked.
void notify_service(std::string_view state);

/// Keeps what is in memory out of core dumps, and other programs of the same user from reading it.
void forbid_core_dumps();

/// Gives back the memory that only the start of the program has needed: free heap, and the pages of programs and
/// libraries that are read from their files again when they are used again.
void give_back_memory();

}  // namespace ostia::authority
