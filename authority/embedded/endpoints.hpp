// The endpoints behind an application's own forms, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering co_authenticate(Authority& a, Request r);
Answering signup(Authority& a, Request r);
Answering change_password_request(Authority& a, Request r);
Answering passwordless_start(Authority& a, Request r);
Answering passwordless_verify(Authority& a, Request r);
Answering hosted_login(Authority& a, Request r);
Answering login_callback(Authority& a, Request r);
Answering challenge(Authority& a, Request r);
Answering ssodata(Authority& a, Request r);
Answering country(Authority& a, Request r);
Answering lock_client(Authority& a, Request r);
Answering lock_tenant(Authority& a, Request r);

}  // namespace ostia::authority
