/* The mmt4d_map step: a right side whose elements are only moved. */
#include "steps/mmt4d_map.h"

tir_product_box tir_product_box_at(const tir_product* p, int64_t k, int64_t tiles) {
  const int64_t* size = &p->step->size[p->outer + K1];
  tir_product_box box = {p->depth - 1, 1, 0};
  while (box.level > 0 && k % (box.inside * size[box.level]) == 0 && tiles >= box.inside * size[box.level]) {
    box.inside *= size[box.level--];
  }
  const int64_t there = k / box.inside % size[box.level], left = size[box.level] - there;
  box.tiles = box.inside * (tiles / box.inside < left ? tiles / box.inside : left);
  return box;
}

void tir_product_move(const tir_product* p, int v, int64_t n, int64_t panels, int64_t k, int64_t tiles, char* to) {
  const tir_step* step = p->step;
  const int first = p->outer + K1, last = step->loops - TIR_INNER;
  const int64_t* stride = step->stride[v];
  const int64_t bytes = tir_type_bytes(step->type[v]), tile = p->k0 * p->n0;
  const tir_move_functions* moves = tir_moves_for(step->cpu_features);
  tir_product_box box;
  for (int64_t done = 0; done < tiles; done += box.tiles) {
    box = tir_product_box_at(p, k + done, tiles - done);
    tir_nest nest;
    tir_nest_begin(&nest, tir_product_at(p, v, n, k + done), to + done * tile * bytes, bytes);
#define LOOP(count, of, moved_stride)                                                                       \
  do {                                                                                                      \
    if ((count) > 1) tir_nest_add(&nest, count, stride[of] * bytes, (moved_stride) * bytes);                \
  } while (0)
    LOOP(panels, p->outer + N1, p->part * tile);
    int64_t inside = box.inside;
    LOOP(box.tiles / inside, first + box.level, inside * tile);
    for (int l = first + box.level + 1; l < last; l++) {
      inside /= step->size[l];
      LOOP(step->size[l], l, inside * tile);
    }
    LOOP(p->k0, last + K0, p->kn ? p->n0 : 1);
    LOOP(p->n0, last + N0, p->kn ? 1 : p->k0);
#undef LOOP
    tir_nest_simplify(&nest);
    tir_nest_copy(&nest, moves);
  }
}
