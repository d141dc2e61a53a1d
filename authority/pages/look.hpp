// The look of a page for the one who asks for it.
#pragma once

#include "http/message.hpp"
#include "pages/pages.hpp"

namespace ostia::authority {

/// The look of a page, by `ui_locales` and the browser's languages.
pages::Look look_for(const Tenant& tenant, const Request& request, std::string_view ui_locales);

}  // namespace ostia::authority
