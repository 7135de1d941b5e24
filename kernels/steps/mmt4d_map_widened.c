/* The mmt4d_map step: whether its right side is one that kernels widen themselves, and where that lies. */
#include "steps/mmt4d_map.h"
#include "vector/halves.h"

static const tir_widened_functions* functions_for(const tir_product* p) {
  const tir_widened_functions* found = NULL;
#if defined(__x86_64__)
  const uint64_t features = p->step->cpu_features;
  if ((features & TIR_CPU_X86_AVX512) && p->n0 == tir_widened_avx512.lanes) found = &tir_widened_avx512;
  else if ((features & TIR_CPU_X86_AVX2) && p->n0 == tir_widened_avx2.lanes) found = &tir_widened_avx2;
#endif
  return found != NULL && p->kn && p->k0 == p->n0 ? found : NULL;
}

/* Whether the shifts of two numbers to a byte are those of an even tile and the one behind it. */
static bool shifts_pairs(const tir_product* p, int v) {
  const tir_step* step = p->step;
  const int last = step->loops - TIR_INNER;
  if (step->size[last - 1] != 2 || p->part % 2 != 0) return false;
  for (int l = 0; l < step->loops; l++) {
    if (l != last - 1 && step->size[l] > 1 && step->stride[v][l] != 0) return false;
  }
  const int8_t* shift = step->base[v];
  return shift[0] == 0 && shift[step->stride[v][last - 1]] == 4;
}

/* Whether an input lies in rows, all those of a panel at one distance; those of pairs of tiles (`halves`) side by
 * side. */
static bool is_in_rows(const tir_product* p, int v, bool halves) {
  const tir_step* step = p->step;
  const int last = step->loops - TIR_INNER;
  const int64_t* stride = step->stride[v];
  const int64_t row = stride[last + K0];
  int64_t wanted;
  if (stride[last + N0] != 1 || (halves && (stride[last - 1] != 0 || row != p->n0))) return false;
  if (__builtin_mul_overflow(row, p->k0, &wanted)) return false;
  for (int l = last - 1 - halves; l >= p->outer + K1; wanted *= step->size[l--]) {
    if (step->size[l] > 1 && stride[l] != wanted) return false;
  }
  return true;
}

/* Whether an f32 term can be used where it lies. */
static bool is_direct(const tir_product* p, int v) {
  return p->step->type[v] == TIR_TYPE_f32 && p->step->stride[v][p->step->loops - TIR_INNER + N0] == 1;
}

/* How many tiles of k share a term, and how far apart those of two such groups lie (0: there is one group). False: it
 * has not one place for each group. */
static bool groups_of(const tir_product* p, int v, int64_t* group, int64_t* distance) {
  const tir_step* step = p->step;
  const int last = step->loops - TIR_INNER;
  const int64_t* stride = step->stride[v];
  int64_t tiles = 1, wanted = 0;
  if (stride[last + K0] != 0) return false;
  *distance = 0;
  for (int l = last - 1; l >= p->outer + K1; tiles *= step->size[l--]) {
    if (step->size[l] == 1) continue;
    if (*distance == 0 && stride[l] != 0) {
      *distance = wanted = stride[l];
      *group = tiles;
    }
    if (stride[l] != wanted) return false;
    wanted *= step->size[l];
  }
  return true;
}

/* Whether kernels can use a term. A moving one sets the group. */
static bool usable(tir_product* p, const tir_widened_term* term) {
  if (!term->there || term->operand < 0) return true;
  int64_t group = p->group, distance;
  const int v = 1 + term->operand;
  if (!groups_of(p, v, &group, &distance)) return false;
  if (distance == 0) return true;
  const bool same = p->group == INT64_MAX || p->group == group;
  p->group = group;
  return same && is_direct(p, v) && (group % p->part == 0 || p->part % group == 0);
}

void tir_choose_widened(tir_product* p) {
  const tir_widened_form* form = &p->form;
  p->widened = NULL;
  p->moved = -1;
  p->group = INT64_MAX;
  if (!tir_widened_read(p->step, &p->map.code, &p->form)) return;
  if (form->kind == TIR_WIDENED_f32) {
    p->moved = 1 + form->source;
    return;
  }
  if (form->shift >= 0 && !shifts_pairs(p, 1 + form->shift)) return;
  const bool in_rows = is_in_rows(p, 1 + form->source, form->shift >= 0);
  if (!in_rows && form->shift >= 0) return;
  if (!usable(p, &form->zero) || !usable(p, &form->scale)) return;
  p->widened = functions_for(p);
  if (p->widened != NULL && !in_rows) p->moved = 1 + form->source;
}

static float number(const char* at, int32_t type) {
  switch (type) {
    case TIR_TYPE_i8: return *(const int8_t*)at;
    case TIR_TYPE_u8: return *(const uint8_t*)at;
    case TIR_TYPE_bf16: return tir_of_bf16(*(const tir_e_bf16*)(const void*)at);
    case TIR_TYPE_f16: return tir_of_f16(*(const tir_e_f16*)(const void*)at);
    default: return *(const tir_e_f32*)(const void*)at;
  }
}

/* A term for `panels` panels from n on, and tiles from k on; `copy` is memory for it. */
static tir_widened_vector vector_of(const tir_product* p, const tir_widened_term* term, int64_t n, int64_t panels, int64_t k,
                                    float* copy) {
  const tir_step* step = p->step;
  if (!term->there) return (tir_widened_vector){NULL, 0, 0};
  if (term->operand < 0) {
    for (int64_t i = 0; i < p->n0; i++) copy[i] = tir_from_bits_f32((uint32_t)term->bits);
    return (tir_widened_vector){copy, 0, 0};
  }
  const int v = 1 + term->operand;
  int64_t group, distance;
  groups_of(p, v, &group, &distance);
  if (is_direct(p, v)) {
    return (tir_widened_vector){(const float*)(const void*)tir_product_at(p, v, n, k), step->stride[v][p->outer + N1], distance};
  }
  const int64_t bytes = step->stride[v][step->loops - TIR_INNER + N0] * tir_type_bytes(step->type[v]);
  for (int64_t i = 0; i < panels; i++) {
    const char* from = tir_product_at(p, v, n + i, k);
    for (int64_t j = 0; j < p->n0; j++) copy[i * p->n0 + j] = number(from + j * bytes, step->type[v]);
  }
  return (tir_widened_vector){copy, p->n0, 0};
}

tir_widened tir_widened_at(tir_product* p, int64_t n, int64_t panels, int64_t k) {
  const int v = 1 + p->form.source;
  const bool moved = p->moved >= 0;
  const int64_t bytes = tir_type_bytes(p->step->type[v]);
  return (tir_widened){
      .source = moved ? tir_product_narrow(p) : tir_product_at(p, v, n, k),
      .panel = (moved ? p->part * p->k0 * p->n0 : p->step->stride[v][p->outer + N1]) * bytes,
      .row = (moved ? p->n0 : p->step->stride[v][p->step->loops - TIR_INNER + K0]) * bytes,
      .zero = vector_of(p, &p->form.zero, n, panels, k, p->vector[0]),
      .scale = vector_of(p, &p->form.scale, n, panels, k, p->vector[1]),
      .group = p->group,
  };
}
