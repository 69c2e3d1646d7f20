#include "shim/environment.hpp"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.hpp"

namespace sockrig::shim {

namespace {

constexpr std::size_t longest = 4096;
constexpr const char* preload = "LD_PRELOAD=";

char region_setting[longest];
char asan_setting[longest];
char library[longest];  // path of the shim itself; empty: unknown, then nothing is mended

bool join(char (&out)[longest], const char* a, const char* b, const char* c) {
  const std::size_t la = strlen(a), lb = strlen(b), lc = strlen(c);
  if (la + lb + lc >= longest) return false;
  memcpy(out, a, la);
  memcpy(out + la, b, lb);
  memcpy(out + la + lb, c, lc + 1);
  return true;
}

bool names_same_variable(const char* entry, const char* setting) {
  const char* end = strchr(setting, '=');
  return strncmp(entry, setting, static_cast<std::size_t>(end - setting) + 1) == 0;
}

const char* find(char* const* environment, const char* setting) {
  for (; environment && *environment; ++environment)
    if (names_same_variable(*environment, setting)) return *environment;
  return nullptr;
}

std::size_t count(char* const* environment) {
  std::size_t n = 0;
  while (environment && environment[n]) ++n;
  return n;
}

bool is_whole(char* const* environment) {
  const char* loaded = find(environment, preload);
  const char* region = find(environment, region_setting);
  return loaded && strstr(loaded, library) && region && strcmp(region, region_setting) == 0 &&
         (asan_setting[0] == 0 || find(environment, asan_setting));
}

}  // namespace

void remember_environment(const char* region_path) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&remember_environment), &info) == 0 || info.dli_fname == nullptr) return;
  if (!join(region_setting, wire::region_variable, "=", region_path)) return;
  // A program built with AddressSanitizer refuses to start after a preloaded library unless told otherwise.
  if (const char* asan = getenv("ASAN_OPTIONS")) join(asan_setting, "ASAN_OPTIONS", "=", asan);
  join(library, info.dli_fname, "", "");
}

std::size_t mending_space(char* const* environment) {
  if (library[0] == 0 || is_whole(environment)) return 0;
  const char* loaded = find(environment, preload);
  const std::size_t text = strlen(preload) + strlen(library) + (loaded ? strlen(loaded) : 0) + 2;
  return (count(environment) + 4) * sizeof(char*) + text;  // three settings and the null at the end
}

char* const* mend_environment(char* const* environment, void* space) {
  if (library[0] == 0 || is_whole(environment)) return environment;
  char** list = static_cast<char**>(space);
  char* text = reinterpret_cast<char*>(list + count(environment) + 4);
  const char* loaded = find(environment, preload);
  const char* others = loaded ? loaded + strlen(preload) : "";
  strcpy(text, preload);
  if (strstr(others, library) == nullptr) {
    strcat(text, library);
    if (others[0] != 0) strcat(text, ":");
  }
  strcat(text, others);
  std::size_t n = 0;
  for (char* const* entry = environment; entry && *entry; ++entry)
    if (!names_same_variable(*entry, preload) && !names_same_variable(*entry, region_setting)) list[n++] = *entry;
  list[n++] = text;
  list[n++] = region_setting;
  if (asan_setting[0] != 0 && find(environment, asan_setting) == nullptr) list[n++] = asan_setting;
  list[n] = nullptr;
  return list;
}

}  // namespace sockrig::shim
