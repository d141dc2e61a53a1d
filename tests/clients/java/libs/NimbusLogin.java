import com.nimbusds.oauth2.sdk.*;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.*;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.jose.JWSAlgorithm;
import java.net.URI;

class NimbusLogin {
  public static void main(String[] args) throws Exception {
    // recipe
    var metadata = OIDCProviderMetadata.resolve(new Issuer(Kit.ISSUER));
    var id = new ClientID(Kit.CLIENT_ID);
    var callback = URI.create(Kit.CALLBACK);
    var verifier = new CodeVerifier();
    var state = new State();
    var nonce = new Nonce();
    var request = new AuthenticationRequest.Builder(new ResponseType("code"), new Scope("openid", "email"), id, callback)
        .endpointURI(metadata.getAuthorizationEndpointURI()).state(state).nonce(nonce).codeChallenge(verifier, CodeChallengeMethod.S256).build();
    var back = AuthenticationResponseParser.parse(Kit.signIn(request.toURI().toString())).toSuccessResponse();
    var grant = new AuthorizationCodeGrant(back.getAuthorizationCode(), callback, verifier);
    var answer = OIDCTokenResponseParser.parse(new TokenRequest.Builder(metadata.getTokenEndpointURI(), new ClientSecretPost(id, new Secret(Kit.CLIENT_SECRET)), grant).build().toHTTPRequest().send());
    var tokens = ((OIDCTokenResponse) answer.toSuccessResponse()).getOIDCTokens();
    var claims = new IDTokenValidator(metadata.getIssuer(), id, JWSAlgorithm.RS256, metadata.getJWKSetURI().toURL()).validate(tokens.getIDToken(), nonce);
    var user = UserInfoResponse.parse(new UserInfoRequest(metadata.getUserInfoEndpointURI(), tokens.getBearerAccessToken()).toHTTPRequest().send()).toSuccessResponse().getUserInfo();
    // end
    Kit.expect(back.getState().equals(state) && user.getEmailAddress().equals(Kit.EMAIL) && claims.getSubject().equals(user.getSubject()), "profile");
    Kit.done();
  }
}
