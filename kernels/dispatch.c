/* The public functions, and the tables behind them. Built with the baseline flags:
 * it runs before anyone knows what the CPU can do. */
#if defined(__AVX__)
#error "dispatch must run everywhere: compile with the baseline flags"
#endif
#include "common.h"

#define TIR_FEATURES_ref 0
#define TIR_FEATURES_generic 0
#define TIR_FEATURES_avx2 TIR_CPU_X86_AVX2
#define TIR_FEATURES_avx512 (TIR_CPU_X86_AVX2 | TIR_CPU_X86_AVX512)

enum { TIR_BYTES_b8 = 1, TIR_BYTES_b16 = 2, TIR_BYTES_b32 = 4, TIR_BYTES_b64 = 8 };

/* ---- the tables as functions -------------------------------------------- */

static const tir_mmt4d_kernel_line mmt4d_lines[] = {
#define TIR_MMT4D(lhs, rhs, out, m0, n0, k0, order, rows, panels, arch, isa)                   \
  {TIR_MMT4D_NAME(lhs, rhs, out, m0, n0, k0, order, isa), TIR_TYPE_##lhs, TIR_TYPE_##rhs,       \
   TIR_TYPE_##out, TIR_ORDER_##order, m0, n0, k0, rows, panels, TIR_FEATURES_##isa},
#define TIR_MMT4D_ANY(lhs, rhs, out, isa)                                                       \
  {TIR_MMT4D_ANY_NAME(lhs, rhs, out, isa), TIR_TYPE_##lhs, TIR_TYPE_##rhs, TIR_TYPE_##out,      \
   TIR_ORDER_any, 0, 0, 0, 0, 1, TIR_FEATURES_##isa},
#include "table/mmt4d.inc"
#undef TIR_MMT4D
#undef TIR_MMT4D_ANY
};

static const tir_copy_kernel_line pack_lines[] = {
#define TIR_PACK(bits, t0, t1, order, arch, isa) \
  {TIR_PACK_NAME(bits, t0, t1, order, isa), TIR_LINES_##order, TIR_BYTES_##bits, t0, t1, TIR_FEATURES_##isa},
#define TIR_PACK_ANY(bits, isa) \
  {TIR_PACK_ANY_NAME(bits, isa), TIR_LINES_any, TIR_BYTES_##bits, 1, 1, TIR_FEATURES_##isa},
#include "table/pack.inc"
#undef TIR_PACK
#undef TIR_PACK_ANY
};

static const tir_copy_kernel_line unpack_lines[] = {
#define TIR_UNPACK(bits, t0, t1, order, arch, isa) \
  {TIR_UNPACK_NAME(bits, t0, t1, order, isa), TIR_LINES_##order, TIR_BYTES_##bits, t0, t1, TIR_FEATURES_##isa},
#define TIR_UNPACK_ANY(bits, isa) \
  {TIR_UNPACK_ANY_NAME(bits, isa), TIR_LINES_any, TIR_BYTES_##bits, 1, 1, TIR_FEATURES_##isa},
#include "table/unpack.inc"
#undef TIR_UNPACK
#undef TIR_UNPACK_ANY
};

/* ---- the tables as text: mmt4d, pack, unpack, one after the other --------- */

#define TIR_TEXT_(x) #x
#define TIR_TEXT(x) TIR_TEXT_(x)

static const tir_kernel_info kernel_infos[] = {
#define TIR_MMT4D(lhs, rhs, out, m0, n0, k0, order, rows, panels, arch, isa)                   \
  {TIR_TEXT(TIR_MMT4D_NAME(lhs, rhs, out, m0, n0, k0, order, isa)), "mmt4d", #lhs "," #rhs "," #out, \
   #order, #isa, {m0, n0, k0}, TIR_FEATURES_##isa},
#define TIR_MMT4D_ANY(lhs, rhs, out, isa)                                                       \
  {TIR_TEXT(TIR_MMT4D_ANY_NAME(lhs, rhs, out, isa)), "mmt4d", #lhs "," #rhs "," #out,           \
   "any", #isa, {0, 0, 0}, TIR_FEATURES_##isa},
#include "table/mmt4d.inc"
#define TIR_PACK(bits, t0, t1, order, arch, isa) \
  {TIR_TEXT(TIR_PACK_NAME(bits, t0, t1, order, isa)), "pack", #bits, #order, #isa, {t0, t1, 0}, TIR_FEATURES_##isa},
#define TIR_PACK_ANY(bits, isa) \
  {TIR_TEXT(TIR_PACK_ANY_NAME(bits, isa)), "pack", #bits, "any", #isa, {0, 0, 0}, TIR_FEATURES_##isa},
#include "table/pack.inc"
#define TIR_UNPACK(bits, t0, t1, order, arch, isa) \
  {TIR_TEXT(TIR_UNPACK_NAME(bits, t0, t1, order, isa)), "unpack", #bits, #order, #isa, {t0, t1, 0}, TIR_FEATURES_##isa},
#define TIR_UNPACK_ANY(bits, isa) \
  {TIR_TEXT(TIR_UNPACK_ANY_NAME(bits, isa)), "unpack", #bits, "any", #isa, {0, 0, 0}, TIR_FEATURES_##isa},
#include "table/unpack.inc"
};

#define TIR_COUNT(array) ((int64_t)(sizeof(array) / sizeof((array)[0])))

int64_t tir_kernel_count(void) { return TIR_COUNT(kernel_infos); }

const tir_kernel_info* tir_kernel_at(int64_t index) {
  return index >= 0 && index < TIR_COUNT(kernel_infos) ? &kernel_infos[index] : NULL;
}

/* ---- choosing a line: the first that fits ---------------------------------- */

static bool allowed(uint64_t needed, uint64_t given) { return (needed & ~given) == 0; }

static const tir_mmt4d_kernel_line* choose_mmt4d(const tir_mmt4d_params* p) {
  for (int64_t i = 0; i < TIR_COUNT(mmt4d_lines); i++) {
    const tir_mmt4d_kernel_line* line = &mmt4d_lines[i];
    if (line->lhs_type != p->lhs_type || line->rhs_type != p->rhs_type || line->out_type != p->out_type) continue;
    if (!allowed(line->features, p->cpu_features)) continue;
    const bool any = line->m0 == 0;
    if (!any && (line->m0 != p->m0 || line->n0 != p->n0 || line->k0 != p->k0)) continue;
    if (line->rhs_order != TIR_ORDER_any && line->rhs_order != p->rhs_order) continue;
    return line;
  }
  return NULL;
}

static const tir_copy_kernel_line* choose_copy(
    const tir_copy_problem* p, const tir_copy_kernel_line* lines, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    const tir_copy_kernel_line* line = &lines[i];
    if (line->element_bytes != p->element_bytes || !allowed(line->features, p->cpu_features)) continue;
    if (line->lines != TIR_LINES_any && line->lines != p->lines) continue;
    if (line->t0 > p->axis[0].tile || line->t1 > p->axis[1].tile) continue;
    return line;
  }
  return NULL;
}

/* The kernel for edges: the first that takes anything. */
static tir_copy_function rest_of(const tir_copy_problem* p, const tir_copy_kernel_line* lines, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    if (lines[i].element_bytes == p->element_bytes && lines[i].lines == TIR_LINES_any) return lines[i].function;
  }
  return NULL;
}

/* ---- mmt4d ------------------------------------------------------------------ */

int tir_mmt4d_choose(const tir_mmt4d_params* params, const tir_mmt4d_kernel_line** line) {
  const int status = tir_mmt4d_check(params);
  if (status != TIR_STATUS_OK) return status;
  *line = choose_mmt4d(params);
  return *line != NULL ? TIR_STATUS_OK : TIR_STATUS_NO_KERNEL;
}

int64_t tir_mmt4d_kernel(const tir_mmt4d_params* params) {
  const tir_mmt4d_kernel_line* line;
  const int status = tir_mmt4d_choose(params, &line);
  return status == TIR_STATUS_OK ? line - mmt4d_lines : -status;
}

int tir_mmt4d(const tir_mmt4d_params* params) {
  const tir_mmt4d_kernel_line* line;
  const int status = tir_mmt4d_choose(params, &line);
  if (status == TIR_STATUS_OK) tir_mmt4d_loops(params, line, params->m0);
  return status;
}

/* ---- pack, unpack ------------------------------------------------------------- */

int tir_copy_choose(tir_copy_problem* p, tir_copy_choice* choice) {
  const int status = tir_copy_check(p);
  if (status != TIR_STATUS_OK) return status;
  tir_copy_normalise(p);
  const tir_copy_kernel_line* lines = p->packing ? pack_lines : unpack_lines;
  const int64_t count = p->packing ? TIR_COUNT(pack_lines) : TIR_COUNT(unpack_lines);
  choice->fast = choose_copy(p, lines, count);
  choice->rest = rest_of(p, lines, count);
  return choice->fast != NULL && choice->rest != NULL ? TIR_STATUS_OK : TIR_STATUS_NO_KERNEL;
}

static int copy(tir_copy_problem* p) {
  tir_copy_choice choice;
  const int status = tir_copy_choose(p, &choice);
  if (status == TIR_STATUS_OK) tir_copy_loops(p, choice.fast, choice.rest);
  return status;
}

/* The place in the table of the line that copies; `lines` are the table's from place `first` on. */
static int64_t copy_kernel(tir_copy_problem* p, const tir_copy_kernel_line* lines, int64_t first) {
  tir_copy_choice choice;
  const int status = tir_copy_choose(p, &choice);
  return status == TIR_STATUS_OK ? first + (choice.fast - lines) : -status;
}

/* The two parameter structs have the same fields but for `padding` and const. */
#define TIR_COPY_PROBLEM(p)                                                                      \
  .batch = p->batch, .plain_batch_stride = p->plain_batch_stride,                                \
  .packed_batch_stride = p->packed_batch_stride, .element_bytes = p->element_bytes,              \
  .cpu_features = p->cpu_features,                                                               \
  .axis = {{p->d0, p->t0, p->o0, p->plain_stride0, p->packed_stride0, p->t1},                    \
           {p->d1, p->t1, p->o1, p->plain_stride1, p->packed_stride1, 1}}

static tir_copy_problem pack_problem(const tir_pack_params* p) {
  return (tir_copy_problem){
      .from = p->plain, .to = p->packed, .packing = true, .padding = p->padding, TIR_COPY_PROBLEM(p)};
}

static tir_copy_problem unpack_problem(const tir_unpack_params* p) {
  return (tir_copy_problem){.from = p->packed, .to = p->plain, .packing = false, TIR_COPY_PROBLEM(p)};
}

int tir_pack(const tir_pack_params* params) {
  if (params == NULL) return TIR_STATUS_BAD_POINTER;
  tir_copy_problem problem = pack_problem(params);
  return copy(&problem);
}

int64_t tir_pack_kernel(const tir_pack_params* params) {
  if (params == NULL) return -TIR_STATUS_BAD_POINTER;
  tir_copy_problem problem = pack_problem(params);
  return copy_kernel(&problem, pack_lines, TIR_COUNT(mmt4d_lines));
}

int tir_unpack(const tir_unpack_params* params) {
  if (params == NULL) return TIR_STATUS_BAD_POINTER;
  tir_copy_problem problem = unpack_problem(params);
  return copy(&problem);
}

int64_t tir_unpack_kernel(const tir_unpack_params* params) {
  if (params == NULL) return -TIR_STATUS_BAD_POINTER;
  tir_copy_problem problem = unpack_problem(params);
  return copy_kernel(&problem, unpack_lines, TIR_COUNT(mmt4d_lines) + TIR_COUNT(pack_lines));
}

const char* tir_status_message(int status) {
  switch (status) {
    case TIR_STATUS_OK:
      return "ok";
    case TIR_STATUS_BAD_SIZE:
      return "a size is negative or does not fit the others, or a size or stride is too large";
    case TIR_STATUS_BAD_POINTER:
      return "a pointer is NULL or not aligned to its element";
    case TIR_STATUS_BAD_TYPE:
      return "unknown element type, element size, order or flag";
    case TIR_STATUS_NO_KERNEL:
      return "no kernel for these types";
    case TIR_STATUS_BAD_INDEX:
      return "an index is outside of its table";
    case TIR_STATUS_BAD_DIVISION:
      return "an integer is divided by zero";
    case TIR_STATUS_BAD_IMAGE:
      return "the plan is damaged";
    case TIR_STATUS_BAD_ACCESS:
      return "a step would leave its buffer";
    case TIR_STATUS_NO_MEMORY:
      return "there is not enough memory";
    case TIR_STATUS_PAUSED:
      return "paused";
    case TIR_STATUS_HOST:
      return "a command for the caller";
    default:
      return "unknown status";
  }
}
