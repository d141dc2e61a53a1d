import com.github.scribejava.core.builder.ServiceBuilder;
import com.github.scribejava.core.builder.api.DefaultApi20;
import com.github.scribejava.core.model.OAuthRequest;
import com.github.scribejava.core.model.Verb;

class Scribe {
  public static void main(String[] args) throws Exception {
    // recipe
    var ostia = new DefaultApi20() {
      @Override public String getAccessTokenEndpoint() { return Kit.ISSUER + "oauth/token"; }
      @Override protected String getAuthorizationBaseUrl() { return Kit.ISSUER + "authorize"; }
    };
    var service = new ServiceBuilder(Kit.CLIENT_ID).apiSecret(Kit.CLIENT_SECRET).defaultScope("openid email offline_access").callback(Kit.CALLBACK).build(ostia);
    var token = service.getAccessToken(Kit.code(Kit.signIn(service.createAuthorizationUrlBuilder().state("state").build())));
    var request = new OAuthRequest(Verb.GET, Kit.ISSUER + "userinfo");
    service.signRequest(token, request);
    var user = service.execute(request).getBody();
    var renewed = service.refreshAccessToken(token.getRefreshToken());
    // end
    Kit.expect(user.contains(Kit.EMAIL) && renewed.getAccessToken() != null, "profile");
    Kit.done();
  }
}
