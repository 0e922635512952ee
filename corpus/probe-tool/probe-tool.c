/* A program in a wheel's scripts: reads a URL with libcurl, and says which libraries it runs with. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  CURL *curl = curl_easy_init();
  char line[4096];
  FILE *maps;
  CURLcode code;
  if (argc != 2 || curl == NULL) return 2;
  curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
  code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  if (code != CURLE_OK) {
    fprintf(stderr, "%s\n", curl_easy_strerror(code));
    return 1;
  }
  maps = fopen("/proc/self/maps", "r");
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char *path = strchr(line, '/');
    if (path != NULL && strstr(path, ".so") != NULL) printf("map %s", path);
  }
  return 0;
}
