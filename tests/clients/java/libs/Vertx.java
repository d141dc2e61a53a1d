import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.providers.OpenIDConnectAuth;
import java.util.concurrent.TimeUnit;

class Vertx {
  public static void main(String[] args) throws Exception {
    var vertx = io.vertx.core.Vertx.vertx();
    // recipe
    var options = new OAuth2Options().setClientId(Kit.CLIENT_ID).setClientSecret(Kit.CLIENT_SECRET).setSite(Kit.ISSUER.replaceAll("/$", "")).setValidateIssuer(false)
        .setJWTOptions(new JWTOptions().setIssuer(Kit.ISSUER).addAudience(Kit.AUDIENCE)).setHttpClientOptions(new HttpClientOptions().setTrustOptions(new PemTrustOptions().addCertPath(Kit.CA)));
    var auth = OpenIDConnectAuth.discover(vertx, options).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    Kit.verifies(token -> auth.authenticate(new TokenCredentials(token)).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS));
    // end
    Kit.done();
  }
}
