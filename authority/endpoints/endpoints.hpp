// The endpoints that programs call, each in a file that opens with the rule that it follows.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

Answering token(Authority& a, Request r);
Answering revoke(Authority& a, Request r);
Answering introspect(Authority& a, Request r);
Answering register_application(Authority& a, Request r);
Answering manage_registration(Authority& a, Request r);
Answering device_code(Authority& a, Request r);
Answering backchannel_authentication(Authority& a, Request r);
Answering passkey_challenge(Authority& a, Request r);
Answering passkey_register(Authority& a, Request r);
Answering userinfo(Authority& a, Request r);
Answering avatar(Authority& a, Request r);
Answering tokeninfo(Authority& a, Request r);
Answering openid_configuration(Authority& a, Request r);
Answering protected_resource(Authority& a, Request r);
Answering asset_links(Authority& a, Request r);
Answering apple_app_site_association(Authority& a, Request r);
Answering change_password_page(Authority& a, Request r);
Answering jwks(Authority& a, Request r);
Answering certificate(Authority& a, Request r);
Answering health(Authority& a, Request r);
Answering mfa_associate(Authority& a, Request r);
Answering mfa_challenge(Authority& a, Request r);
Answering mfa_authenticators(Authority& a, Request r);
Answering mfa_remove_authenticator(Authority& a, Request r);

}  // namespace ostia::authority
