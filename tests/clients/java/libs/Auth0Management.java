import com.auth0.client.mgmt.ManagementApi;

class Auth0Management {
  public static void main(String[] args) throws Exception {
    // recipe
    var management = ManagementApi.builder().domain(Kit.DOMAIN).clientCredentials(Kit.CLIENT_ID, Kit.CLIENT_SECRET).build();
    int users = 0;
    for (var user : management.users().list()) users++;
    // end
    Kit.expect(users > 0, "users");
    for (var client : management.clients().list()) Kit.expect(client != null, "an application");
    for (var role : management.roles().list()) Kit.expect(role != null, "a role");
    Kit.done();
  }
}
