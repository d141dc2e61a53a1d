// The pages of a login and the addresses around them, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering authorize(Authority& a, Request r);
Answering resume(Authority& a, Request r);
Answering come_back(Authority& a, Request r);
Answering verify_cross_origin(Authority& a, Request r);
Answering pushed_authorization(Authority& a, Request r);
Answering logout(Authority& a, Request r);
Answering upstream_logout_callback(Authority& a, Request r);
Answering oidc_logout(Authority& a, Request r);
Answering submit_oidc_logout(Authority& a, Request r);
Answering show_login(Authority& a, Request r);
Answering submit_login(Authority& a, Request r);
Answering show_signup(Authority& a, Request r);
Answering submit_signup(Authority& a, Request r);
Answering show_reset_request(Authority& a, Request r);
Answering submit_reset_request(Authority& a, Request r);
Answering show_reset(Authority& a, Request r);
Answering submit_reset(Authority& a, Request r);
Answering show_passwordless(Authority& a, Request r);
Answering submit_passwordless(Authority& a, Request r);
Answering submit_passwordless_code(Authority& a, Request r);
Answering show_verify_redirect(Authority& a, Request r);
Answering submit_verify_redirect(Authority& a, Request r);
Answering show_organization(Authority& a, Request r);
Answering submit_organization(Authority& a, Request r);
Answering show_passkey(Authority& a, Request r);
Answering submit_passkey(Authority& a, Request r);
Answering show_new_passkey(Authority& a, Request r);
Answering submit_new_passkey(Authority& a, Request r);
Answering show_upstream(Authority& a, Request r);
Answering show_consent(Authority& a, Request r);
Answering submit_consent(Authority& a, Request r);
Answering show_picker(Authority& a, Request r);
Answering submit_picker(Authority& a, Request r);
Answering show_email_verification(Authority& a, Request r);
Answering submit_email_verification(Authority& a, Request r);
Answering show_unblock(Authority& a, Request r);
Answering submit_unblock(Authority& a, Request r);
Answering show_activate(Authority& a, Request r);
Answering submit_activate(Authority& a, Request r);
Answering show_setup(Authority& a, Request r);
Answering submit_setup(Authority& a, Request r);
Answering show_second_factor(Authority& a, Request r);
Answering submit_second_factor(Authority& a, Request r);
Answering show_other_factors(Authority& a, Request r);
Answering show_enrolment(Authority& a, Request r);
Answering submit_enrolment(Authority& a, Request r);
Answering submit_recovery_shown(Authority& a, Request r);
Answering upstream_callback(Authority& a, Request r);

}  // namespace ostia::authority
