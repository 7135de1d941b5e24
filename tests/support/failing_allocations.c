/* Loaded before the C library: memory and threads that the kernels ask for are refused when a test says so, and what
 * they hold is counted. The asking of everybody else, Python's own among it, is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_memalign(size_t, size_t);
extern void __libc_free(void*);

static atomic_bool armed;
static _Atomic long asked, refused_at, held, threads_refused;

static bool of_kernels(void* caller) {
  Dl_info found;
  return atomic_load(&armed) && dladdr(caller, &found) != 0 && strstr(found.dli_fname, "_kernels") != NULL;
}

static bool refuse(void) { return atomic_fetch_add(&asked, 1) + 1 == atomic_load(&refused_at); }

static void* counted(void* memory) {
  if (memory != NULL) atomic_fetch_add(&held, 1);
  return memory;
}

void* malloc(size_t size) {
  if (!of_kernels(__builtin_return_address(0))) return __libc_malloc(size);
  return refuse() ? NULL : counted(__libc_malloc(size));
}

void* calloc(size_t count, size_t size) {
  if (!of_kernels(__builtin_return_address(0))) return __libc_calloc(count, size);
  return refuse() ? NULL : counted(__libc_calloc(count, size));
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
  const bool asks = of_kernels(__builtin_return_address(0));
  if (asks && refuse()) return ENOMEM;
  void* found = __libc_memalign(alignment, size);
  if (found == NULL) return ENOMEM;
  *memory = asks ? counted(found) : found;
  return 0;
}

void free(void* memory) {
  if (memory != NULL && of_kernels(__builtin_return_address(0))) atomic_fetch_sub(&held, 1);
  __libc_free(memory);
}

typedef int start(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*), void* argument) {
  if (of_kernels(__builtin_return_address(0)) && atomic_load(&threads_refused) > 0) {
    atomic_fetch_sub(&threads_refused, 1);
    return EAGAIN;
  }
  return ((start*)dlsym(RTLD_NEXT, "pthread_create"))(thread, how, run, argument);
}

/* ---- for the test ---- */

/* From now on the kernels are watched. */
void watch(void) { atomic_store(&armed, true); }
/* The nth request from now on is refused; 0: none. */
void refuse_request(long number) {
  atomic_store(&asked, 0);
  atomic_store(&refused_at, number);
}
long requests(void) { return atomic_load(&asked); }
/* The next threads are refused. */
void refuse_threads(long count) { atomic_store(&threads_refused, count); }
long threads_to_refuse(void) { return atomic_load(&threads_refused); }
/* Pieces of memory that the kernels asked for and did not give back. */
long held_now(void) { return atomic_load(&held); }
