/* A map step while it runs: its operands over the loops that are left, and its blocks. */
#ifndef TENSORIR_MAP_LOOPS_H
#define TENSORIR_MAP_LOOPS_H

#include "steps/moves.h"
#include "vector/map.h"

/* An operand or an index, seen over the loops that are left. */
typedef struct {
  char* base;      /* of an index: NULL */
  int64_t start;   /* of an index */
  int64_t bytes;
  bool used, result, direct;
  char* slot;      /* its register, unless it is direct */
  tir_pattern pattern;
  int64_t at;      /* where the current block begins, from base or start */
  int64_t loaded;  /* what `at` was when the register was filled; only if `valid` */
  bool valid;
} tir_view;

/* A loop: positions, and for each view the bytes (of an index: positions) from one to the next. */
typedef struct {
  int64_t size;
  int64_t stride[TIR_MAX_VIEWS];
} tir_loop;

typedef struct {
  const tir_block_table* table;
  tir_map_code code;
  int32_t views, parallel, sequential;
  tir_view view[TIR_MAX_VIEWS];
  tir_loop loop[TIR_MAX_LOOPS + 1]; /* parallel ones */
  tir_loop fold[TIR_MAX_LOOPS];     /* sequential ones */
  tir_loop blocks;               /* the parts of a loop that is cut */
  int32_t inner;                 /* the first loop that is whole in a block */
  int64_t whole;                 /* positions of the loops in a block */
  int32_t cut;                   /* the loop that is cut into parts; -1: none */
  int64_t part, last_part;       /* positions of a part; of the last one */
  int64_t now;                   /* positions of this part */
  int64_t block;                 /* elements of a register at most */
  char* registers;               /* constants and others */
  int64_t register_bytes;
  char* place[TIR_MAX_VIEWS];    /* the blocks of the views */
  int64_t rest;                  /* positions of the innermost loop that are no whole tile; 0: none are left */
  const tir_move_functions* moves;
} tir_map;

/* Operands and indices; `code` and `moves` are set. */
void tir_map_views(tir_map* m, const tir_step* step, int64_t results);
/* The loops in their simplest form. Returns false if there is nothing to do. */
bool tir_map_loops(tir_map* m, const tir_step* step, int64_t results, int64_t sequential);
/* Places of the registers in `bytes` of memory, and how long they are. Returns a status: BAD_SIZE if there are too many. */
int tir_map_registers(tir_map* m, void* memory, int64_t bytes);
/* Divides the parallel loops into blocks. */
void tir_map_blocks(tir_map* m);
/* How the views lie in blocks of `now` positions of the cut loop. */
void tir_map_patterns(tir_map* m, int64_t now);
/* Puts the loops that tir_map_loops made tiles of in the order for the rest; false if there is none. */
bool tir_map_rest(tir_map* m);

/* All of the above for a step whose results and sequential loops are known to be possible; its registers get `bytes` of
 * `memory`, 64-byte aligned. *empty: there is nothing to run. Returns a status. */
int tir_map_prepare(tir_map* m, const tir_step* step, int64_t results, int64_t sequential, void* memory, int64_t bytes,
                    bool* empty);
/* Runs a prepared map. Unless it has a rest, it may run again, also at other places. */
int tir_map_run(tir_map* m);
void tir_map_at(tir_map* m, int32_t view, char* base);

#endif
