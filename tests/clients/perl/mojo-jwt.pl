use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Kit;
use Mojo::JWT;

# recipe
my $keys   = get_json('.well-known/jwks.json');
my $jwt    = Mojo::JWT->new->add_jwkset($keys);
my $verify = sub {
    my $claims = $jwt->decode( $_[0] );
    my $aud    = $claims->{aud};
    die 'for another API' unless $claims->{iss} eq told('ISSUER') && grep { $_ eq told('AUDIENCE') } ref $aud ? @$aud : $aud;
};
# end
verifies($verify);
done();
