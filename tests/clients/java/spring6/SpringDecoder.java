import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

class SpringDecoder {
  public static void main(String[] args) throws Exception {
    // recipe
    NimbusJwtDecoder decoder = JwtDecoders.fromIssuerLocation(Kit.ISSUER);
    decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(JwtValidators.createDefaultWithIssuer(Kit.ISSUER),
        new JwtClaimValidator<List<String>>("aud", aud -> aud != null && aud.contains(Kit.AUDIENCE))));
    Kit.verifies(decoder::decode);
    // end
    Kit.done();
  }
}
