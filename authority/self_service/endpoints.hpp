// `/account`, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering show_account(Authority& a, Request r);
Answering submit_account(Authority& a, Request r);
Answering show_own_password(Authority& a, Request r);
Answering submit_own_password(Authority& a, Request r);
Answering show_not_me(Authority& a, Request r);
Answering submit_not_me(Authority& a, Request r);

}  // namespace ostia::authority
