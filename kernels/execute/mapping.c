/* Files in memory, read-only. Python's own mapping would keep the file open for as long as it lives, and a process may
 * have as few as a thousand open files. */
#define _DEFAULT_SOURCE
#include <stddef.h>
#include <sys/mman.h>

#include "tensorir_steps.h"

void* tir_map_file(int file, int64_t bytes) {
  void* memory = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void tir_unmap_file(void* memory, int64_t bytes) { munmap(memory, (size_t)bytes); }
