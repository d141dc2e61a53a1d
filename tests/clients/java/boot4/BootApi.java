import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@EnableAutoConfiguration
@RestController
public class BootApi {
  @GetMapping("/")
  public String home() { return "in"; }

  public static void main(String[] args) throws Exception {
    // recipe
    SpringApplication.run(BootApi.class, "--server.port=" + Kit.PORT,
        "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + Kit.ISSUER,
        "--spring.security.oauth2.resourceserver.jwt.audiences=" + Kit.AUDIENCE);
    // end
    Kit.servesApi();
  }
}
