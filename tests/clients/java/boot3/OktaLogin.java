import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@EnableAutoConfiguration
@RestController
public class OktaLogin {
  @GetMapping("/")
  public String home(@AuthenticationPrincipal OidcUser user) { return user.getEmail(); }

  public static void main(String[] args) throws Exception {
    // recipe
    SpringApplication.run(OktaLogin.class, "--server.port=" + Kit.PORT,
        "--okta.oauth2.issuer=" + Kit.ISSUER, "--okta.oauth2.client-id=" + Kit.CLIENT_ID, "--okta.oauth2.client-secret=" + Kit.CLIENT_SECRET);
    // end
    Kit.shows("/");
  }
}
