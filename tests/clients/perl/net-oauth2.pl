use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Kit;
use JSON::PP;
use Net::OAuth2::Profile::WebServer;

# recipe
my $profile = Net::OAuth2::Profile::WebServer->new(
    client_id => told('CLIENT_ID'), client_secret => told('CLIENT_SECRET'), site => told('ISSUER'), scope => 'openid email',
    authorize_path => '/authorize', access_token_path => '/oauth/token', redirect_uri => told('CALLBACK'), secrets_in_params => 1, token_scheme => 'auth-header:Bearer',
);
my $back  = sign_in( $profile->authorize( state => 'state' ) );
my $token = $profile->get_access_token( $back->{code} );
my $user  = decode_json( $token->get('/userinfo')->decoded_content );
# end
expect( $user->{email} eq told('EMAIL'), 'profile' );
done();
