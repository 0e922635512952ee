/* throws-pe DLL TEXT FUNCTION...: calls functions of a DLL with a text, and prints what they return. */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv) {
  DWORD flags = LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR;
  HMODULE module;
  setvbuf(stdout, NULL, _IONBF, 0);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  module = LoadLibraryExA(argv[1], NULL, flags);
  for (int at = 3; at < argc; at++) {
    int (*function)(const char *) = (void *)GetProcAddress(module, argv[at]);
    if (function == NULL) return 1;
    printf("%s = %d\n", argv[at], function(argv[2]));
  }
  return 0;
}
