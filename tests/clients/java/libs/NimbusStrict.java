import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URI;
import java.util.Set;

class NimbusStrict {
  public static void main(String[] args) throws Exception {
    // recipe
    // The API has `token_dialect: rfc9068_profile`.
    var keys = JWKSourceBuilder.create(URI.create(Kit.ISSUER + ".well-known/jwks.json").toURL()).retrying(true).build();
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
    processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(Kit.STRICT_AUDIENCE, new JWTClaimsSet.Builder().issuer(Kit.ISSUER).build(), Set.of("sub", "iat", "exp", "jti", "client_id")));
    Kit.verifiesStrictly(token -> processor.process(token, null));
    // end
    Kit.done();
  }
}
