import com.auth0.jwk.JwkProviderBuilder;
import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.security.interfaces.RSAPublicKey;

class JavaJwt {
  public static void main(String[] args) throws Exception {
    // recipe
    var keys = new JwkProviderBuilder(Kit.ISSUER).cached(true).build();
    Kit.verifies(token -> {
      var key = (RSAPublicKey) keys.get(JWT.decode(token).getKeyId()).getPublicKey();
      JWT.require(Algorithm.RSA256(key, null)).withIssuer(Kit.ISSUER).withAudience(Kit.AUDIENCE).build().verify(token);
    });
    // end
    Kit.done();
  }
}
