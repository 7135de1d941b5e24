/* The mmt4d_map step: what it fetches into the caches before it is needed. */
#ifndef TENSORIR_MMT4D_MAP_AHEAD_H
#define TENSORIR_MMT4D_MAP_AHEAD_H

#include "steps/mmt4d_map.h"

TIR_INLINE int64_t tir_least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Lines of the cache that are read next, some of which are fetched before each block of rows: those of rows, those of
 * tiles, those of panels. */
typedef struct {
  const char* at;
  int64_t left; /* lines that are not fetched yet */
  int64_t size[3], distance[3], position[3]; /* the last one innermost; bytes */
} tir_ahead;

/* Whether the tiles of operand v along k lie at one distance, in elements. */
TIR_INLINE bool tir_tiles_apart(const tir_product* p, int v, int64_t* distance) {
  const int last = p->step->loops - TIR_INNER;
  int64_t wanted = 0, tiles = 1;
  *distance = 0;
  for (int l = last - 1; l >= p->outer + K1; tiles *= p->step->size[l--]) {
    if (p->step->size[l] == 1) continue;
    if (tiles == 1) *distance = wanted = p->step->stride[v][l];
    if (p->step->stride[v][l] != wanted) return false;
    wanted *= p->step->size[l];
  }
  return true;
}

TIR_INLINE tir_ahead tir_ahead_of(const tir_product* p, int64_t n, int64_t panels, int64_t k, int64_t most) {
  tir_ahead next;
  next.left = 0;
  const int64_t after = k + p->part;
  const bool same = after < p->k1;
  if ((p->widened == NULL && p->moved < 0) || (!same && n + panels >= p->n1)) return next;
  const int v = 1 + p->form.source, inner = p->step->loops - TIR_INNER;
  const int64_t* stride = p->step->stride[v];
  const int64_t bytes = tir_type_bytes(p->step->type[v]), tiles = tir_least(p->part, same ? p->k1 - after : p->k1);
  int64_t tile = 0;
  if (p->moved >= 0 && !tir_tiles_apart(p, v, &tile)) return next;
  next.at = same ? tir_product_at(p, v, n, after) : tir_product_at(p, v, n + panels, 0);
  next.size[0] = same ? panels : tir_least(most, p->n1 - n - panels);
  next.distance[0] = stride[p->outer + N1] * bytes;
  next.size[1] = 1;
  next.distance[1] = 0;
  if (p->moved >= 0) { /* a line for each column of each tile */
    next.size[1] = tiles;
    next.distance[1] = tile * bytes;
    next.size[2] = p->n0;
    next.distance[2] = stride[inner + N0] * bytes;
  } else if (stride[inner + K0] == p->n0) { /* one piece */
    next.size[2] = (tiles / (p->form.shift < 0 ? 1 : 2) * p->k0 * p->n0 * bytes + 63) / 64;
    next.distance[2] = 64;
  } else { /* a line for each row, which has the columns of all panels, or of most of them */
    next.size[0] = 1;
    next.size[2] = tiles * p->k0;
    next.distance[2] = stride[inner + K0] * bytes;
  }
  next.left = next.size[0] * next.size[1] * next.size[2];
  next.position[0] = next.position[1] = next.position[2] = 0;
  return next;
}

TIR_INLINE void tir_fetch(tir_ahead* next, int64_t lines) {
  for (; lines > 0 && next->left > 0; lines--, next->left--) {
    __builtin_prefetch(next->at, 0, 2);
    for (int l = 2; l >= 0; l--) {
      next->at += next->distance[l];
      if (++next->position[l] < next->size[l]) break;
      next->at -= next->size[l] * next->distance[l];
      next->position[l] = 0;
    }
  }
}

#endif
