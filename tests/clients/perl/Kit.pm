# What the programs in this folder share: what they are told, and how they ask for a person at a browser.
package Kit;
use strict;
use warnings;
use Exporter 'import';
use JSON::PP;
use LWP::UserAgent;
use URI;

our @EXPORT = qw(told sign_in verifies expect done get_json ask);
$| = 1;

sub told { return $ENV{ $_[0] } }

sub ask {
    print "$_[0]\n";
    my $answer = <STDIN>;
    chomp $answer;
    return $answer;
}

# A person signs in at this address; the parameters of where the authority leads then.
sub sign_in { return { URI->new( ask("\@open $_[0]") )->query_form } }

sub expect {
    my ( $is_so, $what ) = @_;
    die "not so: $what\n" unless $is_so;
}

sub done { print "\@done\n"; exit 0 }

sub get_json {
    my $answer = LWP::UserAgent->new->get( told('ISSUER') . $_[0] );
    die $answer->status_line unless $answer->is_success;
    return decode_json( $answer->decoded_content );
}

# The code takes this API's tokens, and none of the others.
sub verifies {
    my ($verify) = @_;
    $verify->( told($_) ) for qw(USER_TOKEN MACHINE_TOKEN);
    for my $name (qw(OTHER_TOKEN ID_TOKEN TAMPERED_TOKEN)) {
        expect( !eval { $verify->( told($name) ); 1 }, "$name is refused" );
    }
}

1;
