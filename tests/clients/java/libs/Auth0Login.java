import com.auth0.client.auth.AuthAPI;

class Auth0Login {
  public static void main(String[] args) throws Exception {
    // recipe
    var auth = AuthAPI.newBuilder(Kit.DOMAIN, Kit.CLIENT_ID, Kit.CLIENT_SECRET).build();
    var tokens = auth.login(Kit.EMAIL, Kit.PASSWORD.toCharArray(), "Username-Password-Authentication").setScope("openid email offline_access").execute().getBody();
    var user = auth.userInfo(tokens.getAccessToken()).execute().getBody();
    var renewed = auth.renewAuth(tokens.getRefreshToken()).execute().getBody();
    var machine = auth.requestToken(Kit.AUDIENCE).execute().getBody();
    // end
    Kit.expect(user.getValues().get("email").equals(Kit.EMAIL) && renewed.getAccessToken() != null && machine.getAccessToken() != null, "profile");
    var url = auth.authorizeUrl(Kit.CALLBACK).withScope("openid email").withState("state").build();
    Kit.expect(auth.exchangeCode(Kit.code(Kit.signIn(url)), Kit.CALLBACK).execute().getBody().getIdToken() != null, "an ID token");
    Kit.done();
  }
}
