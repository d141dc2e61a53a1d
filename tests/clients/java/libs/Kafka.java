import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.callback.Callback;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;

class Kafka {
  public static void main(String[] args) throws Exception {
    var configs = new HashMap<String, Object>();
    BrokerSecurityConfigs.CONFIG_DEF.defaultValues().forEach((name, value) -> configs.put(name, value));
    // recipe
    // The broker has -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=https://login.example.com/.well-known/jwks.json
    configs.put("sasl.oauthbearer.jwks.endpoint.url", Kit.ISSUER + ".well-known/jwks.json");
    configs.put("sasl.oauthbearer.expected.issuer", Kit.ISSUER);
    configs.put("sasl.oauthbearer.expected.audience", List.of(Kit.AUDIENCE));
    // end
    var handler = new OAuthBearerValidatorCallbackHandler();
    var login = new AppConfigurationEntry("org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule", AppConfigurationEntry.LoginModuleControlFlag.REQUIRED, Map.of());
    handler.configure(configs, "OAUTHBEARER", List.of(login));
    Kit.verifies(token -> {
      var callback = new OAuthBearerValidatorCallback(token);
      handler.handle(new Callback[] {callback});
      if (callback.token() == null) throw new IllegalArgumentException(callback.errorStatus());
    });
    Kit.done();
  }
}
