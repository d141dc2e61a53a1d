import com.auth0.jwk.UrlJwkProvider;
import java.net.URI;

class JwksRsa {
  public static void main(String[] args) throws Exception {
    // recipe
    var keys = new UrlJwkProvider(URI.create(Kit.ISSUER + ".well-known/jwks.json").toURL()).getAll();
    // end
    Kit.expect(keys.get(0).getPublicKey().getAlgorithm().equals("RSA") && !keys.get(0).getCertificateChain().isEmpty(), "a key with its certificate");
    Kit.done();
  }
}
