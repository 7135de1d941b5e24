/* The public C interface of tensorir's kernels.
 *
 * Every function here is re-entrant: it allocates nothing, keeps no state, and
 * calls nothing of the C library. Sizes and strides count ELEMENTS, never bytes,
 * unless a name says so. The part between the two cffi marks is read by
 * tensorir/native/build_kernels.py as well, so keep it plain C declarations.
 */
#ifndef TENSORIR_KERNELS_H
#define TENSORIR_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* cffi: begin */

/* What every call returns. */
enum {
  TIR_STATUS_OK = 0,
  TIR_STATUS_BAD_SIZE = 1,    /* negative, zero where not allowed, or not fitting each other; a size or stride too large */
  TIR_STATUS_BAD_POINTER = 2, /* NULL although memory is needed, or not aligned to its element */
  TIR_STATUS_BAD_TYPE = 3,    /* unknown element type, element size, order or flag */
  TIR_STATUS_NO_KERNEL = 4,   /* well-formed, but nothing here computes these types */
  TIR_STATUS_BAD_INDEX = 5,   /* an index is outside of its table */
  TIR_STATUS_BAD_DIVISION = 6, /* an integer is divided by zero */
  TIR_STATUS_BAD_IMAGE = 7,   /* the words of a plan are not a plan */
  TIR_STATUS_BAD_ACCESS = 8,  /* a step would leave its buffer */
  TIR_STATUS_NO_MEMORY = 9,
  TIR_STATUS_PAUSED = 10,     /* not an error: call again to go on */
  TIR_STATUS_HOST = 11        /* not an error: the caller runs this command */
};

/* Element types. Lower case: the tables paste their columns onto these prefixes. Python
 * reads the names as well. i1, i4 and u4 take one byte each. */
enum tir_element_type {
  TIR_TYPE_f32 = 1, TIR_TYPE_f64, TIR_TYPE_f16, TIR_TYPE_bf16,
  TIR_TYPE_i64, TIR_TYPE_i32, TIR_TYPE_i16, TIR_TYPE_i8, TIR_TYPE_i4, TIR_TYPE_i1,
  TIR_TYPE_u64, TIR_TYPE_u32, TIR_TYPE_u16, TIR_TYPE_u8, TIR_TYPE_u4
};

/* Order of the inner dimensions of a right side tile. */
enum {
  TIR_ORDER_nk = 0, /* [N0][K0], linalg.mmt4d's own */
  TIR_ORDER_kn = 1  /* [K0][N0], "RHS inner transposed" */
};

/* What the CPU can do. A kernel runs only where all its bits are given. */
enum {
  TIR_CPU_X86_AVX2 = 1,        /* AVX2, FMA and F16C */
  TIR_CPU_X86_AVX512 = 2,      /* AVX-512 F, BW, DQ, VL and CD */
  TIR_CPU_X86_AVX512_VNNI = 4, /* 8-bit dot products */
  TIR_CPU_X86_AVX512_BF16 = 8  /* bfloat16 dot products */
};

enum { TIR_FLAG_ACCUMULATE = 1 }; /* add to what out holds; otherwise overwrite it */

/* A floating-point sum over k is made of parts of so many products, counted from k = 0
 * with padding as it stands in the tiles. Each part is one chain of multiply-adds in
 * rising k that begins with zero; the parts are added in rising order, to the first
 * of them; last comes + 0, so that products that all underflow give +0 with any padding;
 * ACCUMULATE adds the sum to what out holds. So long sums are as accurate as
 * NumPy's, and kernels with fused multiply-add all give the same bits. */
enum { TIR_PARTIAL_SUM = 256 };

/* out[b][m][n] (+)= sum over k of lhs[b][m][k] * rhs[b][n][k], all of them tiles:
 *   lhs tile [m0][k0], rhs tile [n0][k0] or [k0][n0], out tile [m0][n0].
 * Tiles are contiguous, and so are the k1 tiles of one lhs row or rhs panel;
 * everything else has a stride. Pointers need the alignment of one element only. */
typedef struct {
  const void* lhs;
  const void* rhs;
  void* out;
  int64_t batch, lhs_batch_stride, rhs_batch_stride, out_batch_stride;
  int64_t m1, n1, k1;
  int64_t lhs_stride;                 /* from one m1 to the next */
  int64_t rhs_stride;                 /* from one n1 to the next */
  int64_t out_stride_m, out_stride_n; /* from one m1, one n1 to the next */
  int64_t m0, n0, k0;
  int32_t lhs_type, rhs_type, out_type; /* TIR_TYPE_… */
  int32_t rhs_order;                    /* TIR_ORDER_… */
  uint64_t flags;                       /* TIR_FLAG_… */
  uint64_t cpu_features;                /* TIR_CPU_…: which kernels may be taken */
} tir_mmt4d_params;

/* A plain matrix [d0][d1] (any strides) and its packed form [o0][o1][t0][t1]
 * (strides for o0 and o1; the t0 x t1 tile is contiguous), `batch` times.
 * tir_pack reads `plain` and writes every element of `packed`; elements beyond
 * d0, d1 get the low bits of `padding`. tir_unpack reads `packed` and writes only
 * the d0 x d1 elements of `plain`. Needs o0 * t0 >= d0 and o1 * t1 >= d1.
 * outer_dims_perm and swapped inner dims of linalg.pack are a matter of which
 * dimension is called 0, and of the strides. */
typedef struct {
  const void* plain;
  void* packed;
  int64_t batch, plain_batch_stride, packed_batch_stride;
  int64_t d0, d1, plain_stride0, plain_stride1;
  int64_t o0, o1, packed_stride0, packed_stride1;
  int64_t t0, t1;
  int64_t element_bytes; /* 1, 2, 4 or 8 */
  uint64_t padding;
  uint64_t cpu_features;
} tir_pack_params;

typedef struct {
  void* plain;
  const void* packed;
  int64_t batch, plain_batch_stride, packed_batch_stride;
  int64_t d0, d1, plain_stride0, plain_stride1;
  int64_t o0, o1, packed_stride0, packed_stride1;
  int64_t t0, t1;
  int64_t element_bytes;
  uint64_t cpu_features;
} tir_unpack_params;

int tir_mmt4d(const tir_mmt4d_params* params);
int tir_pack(const tir_pack_params* params);
int tir_unpack(const tir_unpack_params* params);
const char* tir_status_message(int status);

/* One line of the tables. */
typedef struct {
  const char* name;  /* the symbol: tir_<op>_<types>_<tile>_<isa> */
  const char* op;    /* mmt4d, pack, unpack */
  const char* types; /* mmt4d: "f32,f32,f32" (lhs, rhs, out); pack, unpack: "b32" (bits of an element) */
  const char* order; /* mmt4d: nk, kn or any; pack, unpack: rows (stride1 is 1), columns (stride0 is 1) or any */
  const char* isa;   /* avx512, avx2, generic, ref */
  int64_t tile[3];   /* mmt4d: m0, n0, k0. pack, unpack: t0, t1, 0: the least tile it takes. All 0: any */
  uint64_t features; /* TIR_CPU_… it needs */
} tir_kernel_info;

int64_t tir_kernel_count(void);
const tir_kernel_info* tir_kernel_at(int64_t index); /* NULL outside 0 … count - 1 */

/* Which line a call would run: an index for tir_kernel_at, or minus a status. */
int64_t tir_mmt4d_kernel(const tir_mmt4d_params* params);
int64_t tir_pack_kernel(const tir_pack_params* params);
int64_t tir_unpack_kernel(const tir_unpack_params* params);

/* What this machine and its operating system support. */
uint64_t tir_cpu_features(void);

/* What an x86 CPU says of itself: words of the instruction CPUID, and the register
 * XCR0, in which the operating system tells which registers it saves. */
typedef struct {
  uint32_t leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_1_eax;
  uint64_t xcr0;
} tir_cpuid_words;

/* The TIR_CPU_… that follow from it; for tests, which have one CPU only. */
uint64_t tir_cpu_features_of(const tir_cpuid_words* words);

/* cffi: end */

#ifdef __cplusplus
}
#endif
#endif
