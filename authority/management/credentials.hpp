// Keys and certificates of an application (`clients/{id}/credentials`). They are kept in its document, and what uses
// them (`client_authentication_methods`, `signed_request_object`) names them by id and has a copy of what it reads.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

/// Whether each credential that an application's members name is one of its own. Error: 400, which names it.
Status check_credentials(const json::Value& client);
/// Makes credentials of keys that were sent in place of names, and puts what is named where it is read.
void settle_credentials(const Authority& a, json::Value& client);
/// Only names are shown where credentials are used, and not the list itself.
json::Value without_credentials(json::Value client);

}  // namespace ostia::authority::management
