/*
 * Preloaded into a process: says at its end which libraries threw C++ exceptions, and how many.
 *
 *   gcc -shared -fPIC -O1 throws.c -o throws.so -Wl,--no-as-needed -lstdc++
 *
 * Libraries with a C++ runtime of their own throw past it, and are not counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 64
static struct {
  const char *file;
  int times;
} thrown[MOST];

__attribute__((destructor)) static void tell(void) {
  for (int index = 0; index < MOST && thrown[index].file; index++)
    printf("thrown: %d times in %s\n", thrown[index].times, thrown[index].file);
}

void __cxa_throw(void *object, void *type, void (*destroy)(void *)) {
  static void (*real)(void *, void *, void (*)(void *));
  Dl_info info;
  if (dladdr(__builtin_return_address(0), &info)) {
    int index = 0;
    while (index < MOST && thrown[index].file && strcmp(thrown[index].file, info.dli_fname)) index++;
    if (index < MOST) {
      if (!thrown[index].file) thrown[index].file = strdup(info.dli_fname);
      thrown[index].times++;
    }
  }
  if (!real) real = dlsym(RTLD_NEXT, "__cxa_throw");
  real(object, type, destroy);
  abort();
}
