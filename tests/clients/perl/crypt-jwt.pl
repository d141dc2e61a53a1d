use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Kit;
use Crypt::JWT 'decode_jwt';

# recipe
my $keys   = get_json('.well-known/jwks.json');
my $verify = sub {
    decode_jwt(
        token => $_[0], kid_keys => $keys, accepted_alg => 'RS256', verify_exp => 1, verify_iss => sub { $_[0] eq told('ISSUER') },
        verify_aud => sub { grep { $_ eq told('AUDIENCE') } ref $_[0] ? @{ $_[0] } : $_[0] }
    );
};
# end
verifies($verify);
done();
