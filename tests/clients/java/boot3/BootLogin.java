import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@EnableAutoConfiguration
@RestController
public class BootLogin {
  @GetMapping("/")
  public String home(@AuthenticationPrincipal OidcUser user) { return user.getEmail(); }

  public static void main(String[] args) throws Exception {
    // recipe
    SpringApplication.run(BootLogin.class, "--server.port=" + Kit.PORT,
        "--spring.security.oauth2.client.provider.ostia.issuer-uri=" + Kit.ISSUER,
        "--spring.security.oauth2.client.registration.ostia.client-id=" + Kit.CLIENT_ID,
        "--spring.security.oauth2.client.registration.ostia.client-secret=" + Kit.CLIENT_SECRET,
        "--spring.security.oauth2.client.registration.ostia.scope=openid,profile,email");
    // end
    Kit.shows("/");
  }
}
