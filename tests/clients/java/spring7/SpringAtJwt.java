import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

class SpringAtJwt {
  public static void main(String[] args) throws Exception {
    // recipe
    // The API has `token_dialect: rfc9068_profile`.
    var decoder = NimbusJwtDecoder.withIssuerLocation(Kit.ISSUER).validateType(false).build();
    decoder.setJwtValidator(JwtValidators.createAtJwtValidator().issuer(Kit.ISSUER).clientId("world").audience(Kit.STRICT_AUDIENCE).build());
    Kit.verifiesStrictly(decoder::decode);
    // end
    Kit.done();
  }
}
