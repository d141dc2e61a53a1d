import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;

class Jose4j {
  public static void main(String[] args) throws Exception {
    // recipe
    var consumer = new JwtConsumerBuilder().setRequireExpirationTime().setRequireSubject().setExpectedIssuer(Kit.ISSUER).setExpectedAudience(Kit.AUDIENCE)
        .setVerificationKeyResolver(new HttpsJwksVerificationKeyResolver(new HttpsJwks(Kit.ISSUER + ".well-known/jwks.json")))
        .setJwsAlgorithmConstraints(ConstraintType.PERMIT, "RS256").build();
    Kit.verifies(consumer::processToClaims);
    // end
    Kit.done();
  }
}
