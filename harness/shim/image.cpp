#include "shim/image.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "shim/sys.hpp"

namespace sockrig::shim {
namespace {

// The main executable in memory: where its address 0 lies, and the span of its code.
constinit std::uintptr_t base = 0, code_begin = 0, code_end = 0;

void find_code() {
  const auto* headers = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  const unsigned long count = getauxval(AT_PHNUM);
  if (headers == nullptr || getauxval(AT_PHENT) != sizeof *headers) return;
  const ElfW(Phdr)* itself = nullptr;
  for (unsigned long i = 0; i < count; ++i)
    if (headers[i].p_type == PT_PHDR) itself = &headers[i];
  if (itself == nullptr) return;  // without it the place of address 0 cannot be told
  base = reinterpret_cast<std::uintptr_t>(headers) - itself->p_vaddr;
  for (unsigned long i = 0; i < count; ++i) {
    const ElfW(Phdr)& h = headers[i];
    if (h.p_type != PT_LOAD || (h.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = base + h.p_vaddr, end = begin + h.p_memsz;
    if (code_end == 0 || begin < code_begin) code_begin = begin;
    if (end > code_end) code_end = end;
  }
}

}  // namespace

std::uint8_t note_image(wire::Region& r) {
  find_code();
  char path[sizeof wire::Image::path];
  const long length = sys(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof path);
  if (length <= 0 || length >= static_cast<long>(sizeof path)) return 0;
  path[length] = 0;
  std::uint32_t known = r.image_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < known && i < wire::max_images; ++i)
    if (r.images[i].complete.load(std::memory_order_acquire) == 1 && strcmp(r.images[i].path, path) == 0)
      return static_cast<std::uint8_t>(i + 1);
  if (known >= wire::max_images) return 0;
  // Two processes that begin at the same moment may write the same path twice: no harm is done.
  const std::uint32_t index = r.image_count.fetch_add(1, std::memory_order_acq_rel);
  if (index >= wire::max_images) return 0;
  memcpy(r.images[index].path, path, static_cast<std::size_t>(length) + 1);
  r.images[index].complete.store(1, std::memory_order_release);
  return static_cast<std::uint8_t>(index + 1);
}

std::uint32_t place_of(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  if (at < code_begin || at >= code_end) return 0;
  const std::uintptr_t place = at - base;
  return place <= 0xffffffff ? static_cast<std::uint32_t>(place) : 0;
}

}  // namespace sockrig::shim
