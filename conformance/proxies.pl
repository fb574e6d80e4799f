#!/usr/bin/env perl
# Wrong passwords through each proxy, from two addresses of this machine, with forged forwarding
# headers: the provider must count the address that the proxy saw, and never one that a visitor made
# up. Arguments: name=port of each proxy. The provider trusts 127.0.0.1 alone and lets five wrong
# passwords through without a delay.
use strict;
use warnings;
use IO::Socket::INET;

my ($passed, $failed) = (0, 0);

sub check {
    my ($name, $good) = @_;
    print $good ? "ok: $name\n" : "NOT OK: $name\n";
    $good ? $passed++ : $failed++;
}

# One request from an address; returns status, headers and body.
sub request {
    my ($from, $port, $method, $path, $headers, $body) = @_;
    my $socket = IO::Socket::INET->new(
        LocalAddr => $from, PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp', Timeout => 20
    ) or die "no connection to $port: $!";
    my $host = $ENV{ISSUER} =~ s{^http://}{}r;
    my $lines = join '', map { "$_\r\n" } @$headers;
    $lines .= sprintf "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n",
        length $body if defined $body;
    print $socket "$method $path HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n$lines\r\n", $body // '';
    local $/;
    my $answer = <$socket> // '';
    my ($head, $rest) = split /\r\n\r\n/, $answer, 2;
    my ($status) = $head =~ m{^HTTP/1\.\d (\d+)};
    return ($status // 0, $head, $rest // '');
}

# A login page somewhere: its path, its anti-forgery token and its cookie.
sub begin {
    my ($from, $port) = @_;
    my $query = "client_id=$ENV{CLIENT_ID}&redirect_uri=$ENV{REDIRECT_URI}&response_type=code"
        . '&scope=openid&state=s&code_challenge_method=S256'
        . '&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    my (undef, $head) = request($from, $port, 'GET', "/authorize?$query", []);
    my ($path) = $head =~ m{^location: \S*?(/interaction/\S+)}mi or die "no login: $head";
    my $cookie = join '; ', $head =~ m{^set-cookie: ([^;\r]+)}mgi;
    my (undef, undef, $page) = request($from, $port, 'GET', $path, ["Cookie: $cookie"]);
    my ($tag) = $page =~ m{(<input[^>]*name="csrf"[^>]*>)} or die "no form: $page";
    my ($token) = $tag =~ m{value="([^"]*)"};
    return ($path, $token, $cookie);
}

sub guess {
    my ($from, $port, $name, $login, $headers) = @_;
    my ($path, $token, $cookie) = @$login;
    my $body = "csrf=$token&username=$name&password=fel";
    my ($status) = request($from, $port, 'POST', "$path/password", ["Cookie: $cookie", @$headers], $body);
    return $status;
}

for my $argument (@ARGV) {
    my ($proxy, $port) = split /=/, $argument;
    my %forged = (
        'X-Forwarded-For' => sub { ["X-Forwarded-For: 198.51.$_[0].7"] },
        'Forwarded' => sub { ["Forwarded: for=198.51.$_[0].7"] },
        'both, in several lines and with an open quote' => sub {
            ["Forwarded: for=\"198.51.$_[0].7", "X-Forwarded-For: \"198.51.$_[0].7",
             "X-Forwarded-For: 198.51.$_[0].8, 127.0.0.1", "X-Real-IP: 198.51.$_[0].9"]
        },
    );
    my $number = 0;
    for my $kind (sort keys %forged) {
        my $name = "nobody-$proxy-" . ++$number;
        my @login = begin('127.0.0.2', $port);
        my @statuses = map { guess('127.0.0.2', $port, $name, \@login, $forged{$kind}->($_)) } 1 .. 7;
        check("$proxy, forged $kind: one visitor is one visitor (@statuses)",
            "@statuses" eq '422 422 422 422 422 429 429');
        my @other = begin('127.0.0.3', $port);
        my $status = guess('127.0.0.3', $port, $name, \@other, []);
        check("$proxy, forged $kind: another visitor is not held back ($status)", $status == 422);
    }
}
print "# pass $passed\n# fail $failed\n";
exit($failed > 0);
