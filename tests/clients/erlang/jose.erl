#!/usr/bin/env escript
%% recipe
%% {ok, _} = application:ensure_all_started(jose)
verify(Keys, Token) ->
    {true, Jwt, _} = jose_jwt:verify_strict(hd([jose_jwk:from_map(K) || K <- Keys]), [<<"RS256">>], Token),
    {_, #{<<"iss">> := Issuer}} = jose_jwt:to_map(Jwt),
    Issuer.
%% end

main(_) ->
    application:ensure_all_started(jose),
    Jwks = os:cmd("curl -s --cacert \"$CA\" \"${ISSUER}.well-known/jwks.json\""),
    #{<<"keys">> := Keys} = jose:decode(list_to_binary(Jwks)),
    Told = fun(Name) -> list_to_binary(os:getenv(Name)) end,
    true = verify(Keys, Told("USER_TOKEN")) =:= Told("ISSUER"),
    true = verify(Keys, Told("MACHINE_TOKEN")) =:= Told("ISSUER"),
    {'EXIT', _} = (catch verify(Keys, Told("TAMPERED_TOKEN"))),
    io:format("@done~n").
