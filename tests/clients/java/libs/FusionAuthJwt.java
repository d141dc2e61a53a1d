import io.fusionauth.jwks.JSONWebKeySetHelper;
import io.fusionauth.jwks.domain.JSONWebKey;
import io.fusionauth.jwt.domain.JWT;
import io.fusionauth.jwt.Verifier;
import io.fusionauth.jwt.rsa.RSAVerifier;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.Map;

class FusionAuthJwt {
  public static void main(String[] args) throws Exception {
    // recipe
    Map<String, Verifier> keys = new HashMap<>();
    for (var key : JSONWebKeySetHelper.retrieveKeysFromJWKS(Kit.ISSUER + ".well-known/jwks.json")) keys.put(key.kid, RSAVerifier.newVerifier((RSAPublicKey) JSONWebKey.parse(key)));
    Kit.verifies(token -> {
      var claims = JWT.getDecoder().decode(token, keys);
      var audience = claims.audience instanceof java.util.List<?> list ? list : java.util.List.of(claims.audience);
      if (!claims.issuer.equals(Kit.ISSUER) || !audience.contains(Kit.AUDIENCE)) throw new IllegalArgumentException("for another API");
    });
    // end
    Kit.done();
  }
}
