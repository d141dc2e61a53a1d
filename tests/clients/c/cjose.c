// libraries: cjose libcurl jansson
#include <cjose/cjose.h>
#include <jansson.h>
#include "kit.h"

int main(void) {
  cjose_err error;
  // recipe
  json_t* keys = json_loads(kit_get(".well-known/jwks.json"), 0, NULL);
  char* first = json_dumps(json_array_get(json_object_get(keys, "keys"), 0), 0);
  cjose_jwk_t* key = cjose_jwk_import(first, strlen(first), &error);
  cjose_jws_t* jws = cjose_jws_import(told("USER_TOKEN"), strlen(told("USER_TOKEN")), &error);
  int is_good = jws && cjose_jws_verify(jws, key, &error);
  // end
  expect(is_good, "a token is taken");
  cjose_jws_t* bad = cjose_jws_import(told("TAMPERED_TOKEN"), strlen(told("TAMPERED_TOKEN")), &error);
  expect(!bad || !cjose_jws_verify(bad, key, &error), "a tampered one is refused");
  done();
}
