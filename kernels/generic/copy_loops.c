/* pack and unpack: the argument checks and the loops outside the kernels.
 *
 * Both are one copy between a plain matrix and tiles, in one direction or the
 * other; pack fills the padding besides. A kernel copies blocks that are whole
 * multiples of its least tile; the edges go to the reference. */
#include "common.h"

/* From here on the result doesn't stay in cache anyway, and writing past the caches
 * saves reading each line before it is overwritten. */
#define TIR_STREAM_BYTES (8 * 1024 * 1024)

static bool fits(int64_t a, int64_t b) {
  int64_t product;
  return !__builtin_mul_overflow(a, b, &product) && product <= INT64_MAX / 16; /* in bytes, with room */
}

int tir_copy_check(const tir_copy_problem* p) {
  const int64_t bytes = p->element_bytes;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return TIR_STATUS_BAD_TYPE;
  if (p->batch < 0) return TIR_STATUS_BAD_SIZE;
  bool plain_empty = p->batch == 0;
  bool packed_empty = p->batch == 0;
  for (int a = 0; a < 2; a++) {
    const tir_copy_axis* axis = &p->axis[a];
    if (axis->size < 0 || axis->outer < 0 || axis->tile < 1) return TIR_STATUS_BAD_SIZE;
    if (!fits(axis->outer, axis->tile) || axis->outer * axis->tile < axis->size) return TIR_STATUS_BAD_SIZE;
    plain_empty |= axis->size == 0;
    packed_empty |= axis->outer == 0;
  }
  const tir_copy_axis* axis = p->axis;
  if (!fits(axis[0].tile, axis[1].tile)) return TIR_STATUS_BAD_SIZE;
  const tir_dimension plain_side[] = {
      {p->batch, p->plain_batch_stride}, {axis[0].size, axis[0].plain}, {axis[1].size, axis[1].plain}};
  const tir_dimension packed_side[] = {
      {p->batch, p->packed_batch_stride},
      {axis[0].outer, axis[0].packed},
      {axis[1].outer, axis[1].packed},
      {axis[0].tile * axis[1].tile, 1},
  };
  if (!tir_extent_fits(plain_side, 3) || !tir_extent_fits(packed_side, 4)) return TIR_STATUS_BAD_SIZE;
  const void* plain = p->packing ? p->from : p->to;
  const void* packed = p->packing ? p->to : p->from;
  /* An empty matrix may still have tiles of padding, which only pack touches. */
  if (!plain_empty && (plain == NULL || (uintptr_t)plain % (uintptr_t)bytes != 0)) return TIR_STATUS_BAD_POINTER;
  const bool needs_packed = p->packing ? !packed_empty : !plain_empty;
  if (needs_packed && (packed == NULL || (uintptr_t)packed % (uintptr_t)bytes != 0)) return TIR_STATUS_BAD_POINTER;
  return TIR_STATUS_OK;
}

void tir_copy_normalise(tir_copy_problem* p) {
  tir_copy_axis* axis = p->axis;
  const bool plain_empty = axis[0].size == 0 || axis[1].size == 0;
  const bool packed_empty = axis[0].outer == 0 || axis[1].outer == 0;
  for (int a = 0; a < 2; a++) {
    axis[a].plain = tir_stride_of(plain_empty ? 0 : axis[a].size, axis[a].plain);
    axis[a].packed = tir_stride_of(packed_empty ? 0 : axis[a].outer, axis[a].packed);
  }
  p->plain_batch_stride = tir_stride_of(plain_empty ? 0 : p->batch, p->plain_batch_stride);
  p->packed_batch_stride = tir_stride_of(packed_empty ? 0 : p->batch, p->packed_batch_stride);
  /* A [t0][1] tile is a [1][t0] tile: let lines run along the longer side. */
  if (axis[1].tile == 1 && axis[0].tile > 1) {
    const tir_copy_axis first = axis[0];
    axis[0] = axis[1];
    axis[1] = first;
    axis[0].inside = axis[1].tile;
    axis[1].inside = 1;
  }
  const bool rows = axis[1].plain == 1 || axis[1].size <= 1;
  const bool columns = axis[0].plain == 1 || axis[0].size <= 1;
  p->lines = rows ? TIR_LINES_rows : columns ? TIR_LINES_columns : TIR_LINES_any;
  /* Tiles of one row, transposed: all of dimension 0 is one tall tile, its rows
   * a tile's distance apart, and can be transposed in blocks. */
  if (p->lines == TIR_LINES_columns && axis[0].tile == 1) {
    axis[0].tile = axis[0].outer > 0 ? axis[0].outer : 1;
    axis[0].inside = axis[0].packed;
    axis[0].outer = axis[0].outer > 0;
  }
}

typedef struct {
  const tir_copy_problem* problem;
  const tir_copy_kernel_line* fast; /* NULL: the reference does everything */
  tir_copy_function rest;
  const char* from; /* of the batch at hand */
  char* to;
} copy_state;

/* A block at element offsets (plain, packed), with the given strides from tile to tile. */
static void run(const copy_state* s, tir_copy_function function, int64_t plain, int64_t packed, tir_copy_run block) {
  const tir_copy_problem* p = s->problem;
  block.from = s->from + (p->packing ? plain : packed) * p->element_bytes;
  block.to = s->to + (p->packing ? packed : plain) * p->element_bytes;
  block.plain_row = p->axis[0].plain;
  block.plain_column = p->axis[1].plain;
  block.packed_row = p->axis[0].inside;
  function(&block);
}

/* The kernel for the whole multiples of its least tile, the reference for what is left. */
static void cover(const copy_state* s, int64_t plain, int64_t packed, tir_copy_run block) {
  if (block.tiles == 0 || block.rows == 0 || block.columns == 0) return;
  int64_t rows = s->fast ? block.rows - block.rows % s->fast->t0 : 0;
  const int64_t columns = s->fast ? block.columns - block.columns % s->fast->t1 : 0;
  if (columns == 0) rows = 0;
  if (rows > 0) {
    tir_copy_run part = block;
    part.rows = rows;
    part.columns = columns;
    run(s, s->fast->function, plain, packed, part);
    if (columns < block.columns) {
      part.columns = block.columns - columns;
      run(s, s->rest, plain + columns * s->problem->axis[1].plain, packed + columns, part);
    }
  }
  if (rows < block.rows) {
    tir_copy_run part = block;
    part.rows = block.rows - rows;
    run(s, s->rest, plain + rows * s->problem->axis[0].plain, packed + rows * s->problem->axis[0].inside, part);
  }
}

static void fill(const copy_state* s, int64_t packed, int64_t rows, int64_t columns) {
  const tir_copy_problem* p = s->problem;
  char* to = s->to + packed * p->element_bytes;
  for (int64_t r = 0; r < rows; r++) {
    char* row = to + r * p->axis[0].inside * p->element_bytes;
    for (int64_t c = 0; c < columns; c++) {
      switch (p->element_bytes) {
        case 1:
          ((tir_b8*)row)[c] = (tir_b8)p->padding;
          break;
        case 2:
          ((tir_b16*)row)[c] = (tir_b16)p->padding;
          break;
        case 4:
          ((tir_b32*)row)[c] = (tir_b32)p->padding;
          break;
        default:
          ((tir_b64*)row)[c] = p->padding;
      }
    }
  }
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

/* Fills the part of tile (i0, i1) that lies beyond the matrix. */
static void pad(const copy_state* s, int64_t i0, int64_t i1) {
  const tir_copy_axis* axis = s->problem->axis;
  const int64_t rows = clamp(axis[0].size - i0 * axis[0].tile, 0, axis[0].tile);
  const int64_t columns = clamp(axis[1].size - i1 * axis[1].tile, 0, axis[1].tile);
  const int64_t packed = i0 * axis[0].packed + i1 * axis[1].packed;
  if (columns < axis[1].tile) fill(s, packed + columns * axis[1].inside, rows, axis[1].tile - columns);
  if (rows < axis[0].tile) fill(s, packed + rows * axis[0].inside, axis[0].tile - rows, axis[1].tile);
}

void tir_copy_loops(const tir_copy_problem* p, const tir_copy_kernel_line* fast, tir_copy_function rest) {
  /* Runs go along the dimension in which the plain side is contiguous. */
  const bool by_columns = p->lines == TIR_LINES_columns;
  const tir_copy_axis* across = &p->axis[by_columns ? 1 : 0];
  const tir_copy_axis* along = &p->axis[by_columns ? 0 : 1];
  const int64_t whole = along->size / along->tile;
  const int64_t left = along->size % along->tile;
  const int64_t enough = TIR_STREAM_BYTES / p->element_bytes;
  const bool stream = along->size > 0 && across->size >= (enough + along->size - 1) / along->size;
  for (int64_t b = 0; b < p->batch; b++) {
    const int64_t from_stride = p->packing ? p->plain_batch_stride : p->packed_batch_stride;
    const int64_t to_stride = p->packing ? p->packed_batch_stride : p->plain_batch_stride;
    const copy_state state = {
        .problem = p,
        .fast = fast,
        .rest = rest,
        .from = tir_step_from(p->from, b * from_stride * p->element_bytes),
        .to = (char*)tir_step_from(p->to, b * to_stride * p->element_bytes),
    };
    for (int64_t i = 0; i < across->outer; i++) {
      const int64_t thick = clamp(across->size - i * across->tile, 0, across->tile);
      /* Where nothing of the plain side is left, or no tile is whole, nothing is computed from its strides. */
      const int64_t plain = thick > 0 ? i * across->tile * across->plain : 0;
      const int64_t packed = i * across->packed;
      tir_copy_run block = {
          .tiles = whole,
          .rows = by_columns ? along->tile : thick,
          .columns = by_columns ? thick : along->tile,
          .plain_tile = whole > 0 ? along->tile * along->plain : 0,
          .packed_tile = along->packed,
          .stream = stream,
      };
      cover(&state, plain, packed, block);
      block.tiles = left > 0;
      block.rows = by_columns ? left : thick;
      block.columns = by_columns ? thick : left;
      cover(&state, plain + whole * block.plain_tile, packed + whole * block.packed_tile, block);
      if (!p->packing) continue;
      for (int64_t j = thick < across->tile ? 0 : whole; j < along->outer; j++) {
        pad(&state, by_columns ? j : i, by_columns ? i : j);
      }
    }
  }
}
