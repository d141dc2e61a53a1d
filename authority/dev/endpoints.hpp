// `/_dev/`, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering dev_messages(Authority& a, Request r);
Answering dev_clock(Authority& a, Request r);
Answering dev_faults(Authority& a, Request r);
Answering dev_snapshot(Authority& a, Request r);
Answering dev_reset(Authority& a, Request r);
Answering dev_logs(Authority& a, Request r);
Answering show_stand_in(Authority& a, Request r);
Answering submit_stand_in(Authority& a, Request r);
Answering stand_in_token(Authority& a, Request r);
Answering stand_in_userinfo(Authority& a, Request r);

}  // namespace ostia::authority
