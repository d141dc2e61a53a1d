// One HTTP exchange through libcurl: bounded in time and size, no redirects, TLS always checked.
#pragma once

#include <string>

#include "ostia/engine/host.hpp"

namespace ostia::sdk {

HttpResponse send(const HttpRequest& request, const std::string& ca_file);

}  // namespace ostia::sdk
