import com.google.api.client.auth.oauth2.AuthorizationCodeFlow;
import com.google.api.client.auth.oauth2.BearerToken;
import com.google.api.client.auth.oauth2.ClientParametersAuthentication;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import java.util.List;

class GoogleOauth {
  public static void main(String[] args) throws Exception {
    // recipe
    var flow = new AuthorizationCodeFlow.Builder(BearerToken.authorizationHeaderAccessMethod(), new NetHttpTransport(), GsonFactory.getDefaultInstance(), new GenericUrl(Kit.ISSUER + "oauth/token"),
        new ClientParametersAuthentication(Kit.CLIENT_ID, Kit.CLIENT_SECRET), Kit.CLIENT_ID, Kit.ISSUER + "authorize").setScopes(List.of("openid", "offline_access")).enablePKCE().build();
    var back = Kit.signIn(flow.newAuthorizationUrl().setRedirectUri(Kit.CALLBACK).setState("state").build());
    var token = flow.newTokenRequest(Kit.code(back)).setRedirectUri(Kit.CALLBACK).execute();
    var credential = flow.createAndStoreCredential(token, "ada");
    // end
    Kit.expect(credential.refreshToken(), "renewal");
    Kit.done();
  }
}
