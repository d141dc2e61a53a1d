import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Jwks;
import java.net.URI;
import java.util.stream.Collectors;

class Jjwt {
  public static void main(String[] args) throws Exception {
    // recipe
    var keys = Jwks.setParser().build().parse(URI.create(Kit.ISSUER + ".well-known/jwks.json").toURL().openStream()).getKeys().stream().collect(Collectors.toMap(key -> key.getId(), key -> key.toKey()));
    var parser = Jwts.parser().keyLocator(header -> keys.get(((io.jsonwebtoken.JwsHeader) header).getKeyId())).requireIssuer(Kit.ISSUER).requireAudience(Kit.AUDIENCE).build();
    Kit.verifies(parser::parseSignedClaims);
    // end
    Kit.done();
  }
}
