import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the programs in this folder share: what they are told, and how they ask for a person at a browser. */
public final class Kit {
  public static final String ISSUER = System.getenv("ISSUER"), DOMAIN = System.getenv("DOMAIN"), AUDIENCE = System.getenv("AUDIENCE"), STRICT_AUDIENCE = System.getenv("STRICT_AUDIENCE"),
      CLIENT_ID = System.getenv("CLIENT_ID"), CLIENT_SECRET = System.getenv("CLIENT_SECRET"), APP = System.getenv("APP"), PORT = System.getenv("PORT"), CALLBACK = System.getenv("CALLBACK"),
      EMAIL = System.getenv("EMAIL"), PASSWORD = System.getenv("PASSWORD"), CA = System.getenv("CA"), JWKS = ISSUER + ".well-known/jwks.json";
  private static final BufferedReader LINES = new BufferedReader(new InputStreamReader(System.in));

  public interface Check { void run(String token) throws Exception; }

  public static String ask(String line) throws Exception {
    System.out.println(line);
    return LINES.readLine();
  }

  private static void asked(String line) throws Exception {
    String answer = ask(line);
    if (!answer.startsWith("ok")) fail(answer);
  }

  /** A person signs in at this address; where the authority leads then. */
  public static URI signIn(String url) throws Exception { return URI.create(ask("@open " + url)); }

  public static String code(URI back) {
    for (String pair : back.getRawQuery().split("&")) if (pair.startsWith("code=")) return URLDecoder.decode(pair.substring(5), StandardCharsets.UTF_8);
    throw new IllegalStateException("no code in " + back);
  }

  /** A person who goes to this page ends, signed in, where it shows the address of their mail. */
  public static void shows(String path) throws Exception {
    asked("@visit " + APP + path + " " + EMAIL);
    done();
  }

  public static void servesApi() throws Exception {
    asked("@api " + APP + "/");
    done();
  }

  public static void fail(Object why) {
    System.err.println(why);
    System.exit(1);
  }

  public static void expect(boolean isSo, String what) { if (!isSo) fail("not so: " + what); }

  public static void done() {
    System.out.println("@done");
    System.exit(0);
  }

  public static void verifies(Check check) throws Exception { verifies(check, List.of("USER_TOKEN", "MACHINE_TOKEN"), List.of("OTHER_TOKEN", "ID_TOKEN", "TAMPERED_TOKEN")); }

  /** With the tokens of an API whose dialect is `rfc9068_profile`. */
  public static void verifiesStrictly(Check check) throws Exception { verifies(check, List.of("STRICT_USER_TOKEN", "STRICT_MACHINE_TOKEN"), List.of("USER_TOKEN", "OTHER_TOKEN", "ID_TOKEN", "TAMPERED_TOKEN")); }

  private static void verifies(Check check, List<String> good, List<String> bad) throws Exception {
    for (String name : good) {
      try { check.run(System.getenv(name)); } catch (Exception e) {
        e.printStackTrace();
        fail(name + " is refused: " + e);
      }
    }
    for (String name : bad) {
      boolean isTaken = true;
      try { check.run(System.getenv(name)); } catch (Exception e) { isTaken = false; }
      expect(!isTaken, name + " is refused");
    }
  }
}
