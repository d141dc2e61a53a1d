#include "pages/look.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::authority {

pages::Look look_for(const Tenant& tenant, const Request& request, std::string_view ui_locales) {
  auto wanted = text::split(ui_locales, ' ');
  for (const auto tag : accepted_languages(request.header("accept-language"))) wanted.push_back(tag);
  return pages::look_of(tenant, wanted);
}

}  // namespace ostia::authority
