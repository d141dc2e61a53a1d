use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Kit;
use Mojolicious::Lite;
use Mojo::Server::Daemon;

$ENV{MOJO_CA_FILE} = told('CA');

# recipe
plugin OAuth2 => { ostia => { key => told('CLIENT_ID'), secret => told('CLIENT_SECRET'), well_known_url => told('ISSUER') . '.well-known/openid-configuration', scope => 'openid email' } };

get '/callback' => sub {
    my $c = shift;
    $c->oauth2->get_token_p('ostia', { redirect_uri => told('CALLBACK'), authorize_query => { response_type => 'code', scope => 'openid email' } })->then( sub {
        my $tokens = shift or return;
        $c->render( json => $c->oauth2->jwt_decode( ostia => data => $tokens->{id_token} ) );
    } )->catch( sub { $c->render( text => shift, status => 500 ) } );
};

# end
app->log->level('error');
my $daemon = Mojo::Server::Daemon->new( app => app, listen => [ 'http://localhost:' . told('PORT') ], silent => 1 );
$daemon->start;
Mojo::IOLoop->singleton->reactor->io( \*STDIN => sub { my $answer = <STDIN>; done() if $answer =~ /^ok/; print STDERR $answer; exit 1 } )->watch( \*STDIN, 1, 0 );
print '@visit ' . told('CALLBACK') . ' ' . told('EMAIL') . "\n";
Mojo::IOLoop->start;
