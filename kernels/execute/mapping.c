/* Files in memory, read-only. Python's own mapping would keep the file open for as long as it lives, and a process may
 * have as few as a thousand open files; and it begins at any page. */
#define _DEFAULT_SOURCE
#include <stddef.h>
#include <sys/mman.h>

#include "tensorir_steps.h"

static const size_t LARGE = (size_t)1 << 21; /* bytes of a large page */

/* A free address at which large pages can begin. Another thread may take it meanwhile; then the file is mapped elsewhere,
 * on small pages. */
static void* free_address(size_t bytes) {
  void* found = mmap(NULL, bytes + LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return NULL;
  munmap(found, bytes + LARGE);
  return (uint8_t*)found + (-(uintptr_t)found & (LARGE - 1));
}

void* tir_map_file(int file, int64_t bytes) {
  const size_t size = (size_t)bytes;
  void* memory = mmap(size < LARGE ? NULL : free_address(size), size, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  madvise(memory, size, MADV_HUGEPAGE); /* what is read from the disk comes in large pages, where the system has them */
#endif
  return memory;
}

void tir_unmap_file(void* memory, int64_t bytes) { munmap(memory, (size_t)bytes); }
