// The endpoints, each in a file of its folder that opens with the rule that it follows.
#pragma once

#include "authority.hpp"

namespace ostia::authority {

// protocol/
Answering authorize(Authority& a, Request r);
Answering resume(Authority& a, Request r);
Answering come_back(Authority& a, Request r);
Answering verify_cross_origin(Authority& a, Request r);
Answering pushed_authorization(Authority& a, Request r);
Answering token(Authority& a, Request r);
Answering revoke(Authority& a, Request r);
Answering device_code(Authority& a, Request r);
Answering userinfo(Authority& a, Request r);
Answering tokeninfo(Authority& a, Request r);
Answering logout(Authority& a, Request r);
Answering upstream_logout_callback(Authority& a, Request r);
Answering oidc_logout(Authority& a, Request r);
Answering submit_oidc_logout(Authority& a, Request r);
Answering openid_configuration(Authority& a, Request r);
Answering jwks(Authority& a, Request r);
Answering certificate(Authority& a, Request r);
Answering health(Authority& a, Request r);

// dashboard/
Answering show_dashboard(Authority& a, Request r);

// self_service/
Answering show_account(Authority& a, Request r);
Answering submit_account(Authority& a, Request r);
Answering show_own_password(Authority& a, Request r);
Answering submit_own_password(Authority& a, Request r);

// login/
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

// mfa/
Answering mfa_associate(Authority& a, Request r);
Answering mfa_challenge(Authority& a, Request r);
Answering mfa_authenticators(Authority& a, Request r);
Answering mfa_remove_authenticator(Authority& a, Request r);
Answering show_second_factor(Authority& a, Request r);
Answering submit_second_factor(Authority& a, Request r);
Answering show_other_factors(Authority& a, Request r);
Answering show_enrolment(Authority& a, Request r);
Answering submit_enrolment(Authority& a, Request r);
Answering submit_recovery_shown(Authority& a, Request r);

// upstream/
Answering upstream_callback(Authority& a, Request r);
Answering login_callback(Authority& a, Request r);

// embedded/
Answering co_authenticate(Authority& a, Request r);
Answering signup(Authority& a, Request r);
Answering change_password_request(Authority& a, Request r);
Answering passwordless_start(Authority& a, Request r);
Answering passwordless_verify(Authority& a, Request r);
Answering hosted_login(Authority& a, Request r);
Answering hosted_callback(Authority& a, Request r);
Answering challenge(Authority& a, Request r);
Answering ssodata(Authority& a, Request r);
Answering country(Authority& a, Request r);

// management/
Answering download_export(Authority& a, Request r);
/// All scopes of the Management API.
const std::vector<std::string>& management_scopes();

// dev/
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
