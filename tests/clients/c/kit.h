// What the programs in this folder share.
#pragma once
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define told(name) getenv(name)
#define expect(is_so, what)                  \
  do {                                       \
    if (!(is_so)) {                          \
      fprintf(stderr, "not so: %s\n", what); \
      exit(1);                               \
    }                                        \
  } while (0)

static size_t kit_append(char* data, size_t size, size_t count, void* to) {
  char** text = (char**)to;
  size_t before = strlen(*text);
  *text = (char*)realloc(*text, before + size * count + 1);
  memcpy(*text + before, data, size * count);
  (*text)[before + size * count] = 0;
  return size * count;
}

/** What the authority answers to this path. */
static char* kit_get(const char* path) {
  char url[1024], *text = strdup("");
  snprintf(url, sizeof url, "%s%s", told("ISSUER"), path);
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_CAINFO, told("CA"));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, kit_append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
  expect(curl_easy_perform(curl) == CURLE_OK, path);
  curl_easy_cleanup(curl);
  return text;
}

static void done(void) {
  puts("@done");
  fflush(stdout);
  exit(0);
}
