use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Kit;
use JSON::PP;
use LWP::Authen::OAuth2;

# recipe
my $oauth2 = LWP::Authen::OAuth2->new(
    client_id => told('CLIENT_ID'), client_secret => told('CLIENT_SECRET'), redirect_uri => told('CALLBACK'), scope => 'openid email offline_access',
    authorization_endpoint => told('ISSUER') . 'authorize', token_endpoint => told('ISSUER') . 'oauth/token',
);
my $back = sign_in( $oauth2->authorization_url( state => 'state' ) );
$oauth2->request_tokens( code => $back->{code} );
my $user = decode_json( $oauth2->get( told('ISSUER') . 'userinfo' )->decoded_content );
# end
expect( $user->{email} eq told('EMAIL'), 'profile' );
done();
