#!/bin/sh
# Mojolicious::Plugin::OAuth2 asks for an authorization without saying what for.
#
# Seen with: Debian 12's libmojolicious-plugin-oauth2-perl 2.02-1 and libmojolicious-perl 9.31+dfsg-1, Perl 5.36, Linux x86-64, on 2026-12-01.
# Needs Debian 12 with perl.
# What: the address that the plugin sends a person to has client_id, redirect_uri and scope, and no `response_type`, which RFC 6749
# section 4.1.1 and OpenID Connect require. `authorize_query => { response_type => 'code' }` adds it.
# Who it hurts: whoever uses the plugin as its synopsis shows it with an authority that holds to the standard: `invalid_request` at each login.
# Output seen:
#   https://issuer.example/authorize?client_id=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&scope=openid
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq 'libmojolicious-plugin-oauth2-perl=2.02-1' 'libmojolicious-perl=9.31+dfsg-1' 2> /dev/null
for package in *.deb; do dpkg -x "$package" .; done
find . -xtype l -delete # scripts of pages, in packages that are not needed here
cat > address.pl <<'PL'
use Mojolicious::Lite;

plugin OAuth2 => { mine => { key => 'c', secret => 's', authorize_url => 'https://issuer.example/authorize', token_url => 'https://issuer.example/oauth/token' } };
my $url = app->build_controller->oauth2->auth_url( mine => { scope => 'openid', redirect_uri => 'https://app.example/callback' } );
print "$url\n";
exit( $url =~ /response_type/ ? 1 : 0 );
PL
perl -I "$folder/usr/share/perl5" address.pl
