import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@EnableAutoConfiguration
@RestController
public class OktaApi {
  @GetMapping("/")
  public String home() { return "in"; }

  // recipe
  @Bean
  public SecurityFilterChain chain(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated()).oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults())).build();
  }

  public static void main(String[] args) throws Exception {
    SpringApplication.run(OktaApi.class, "--server.port=" + Kit.PORT, "--okta.oauth2.issuer=" + Kit.ISSUER, "--okta.oauth2.audience=" + Kit.AUDIENCE);
    // end
    Kit.servesApi();
  }
}
