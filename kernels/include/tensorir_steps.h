/* Steps and plans: how whole programs run. The part between the two cffi marks is read by
 * tensorir/native/build_kernels.py as well, so keep it plain C declarations.
 *
 * A step is one kernel on strided operands: a nest of loops, and for each operand the
 * address of the element at position 0 of all loops and one stride per loop. A tile program
 * is a grid of units, which never wait for each other, and the steps that each unit runs.
 * A plan is a list of commands, each of which runs one tile program on some buffers.
 */
#ifndef TENSORIR_STEPS_H
#define TENSORIR_STEPS_H

#include "tensorir_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* cffi: begin */

enum {
  TIR_MAX_LOOPS = 16,
  TIR_MAX_OPERANDS = 32,
  TIR_MAX_ATTRIBUTES = 24,
  TIR_MAX_UNIT_DIMS = 4,
  TIR_WORKSPACE_BYTES = 262144, /* memory that a step may use, 64-byte aligned */
  TIR_MAX_CONTRACTED = 32768 /* positions of all loops of k of a contract step */
};

/* What a step computes. Operands: inputs first, then results. "Row loops" are the last loops,
 * `rows` of them, taken as one row-major axis. An extent of -1 means the whole axis. */
enum tir_step_kind {
  TIR_STEP_map = 0,        /* inputs …, results … . code: scalar bodies, see vector/map.h. attributes: results, sequential loops, starts of loops */
  TIR_STEP_copy = 1,       /* source, out: the same element type */
  TIR_STEP_fill = 2,       /* out. code: the bits of the element */
  TIR_STEP_gather = 3,     /* source, indices …, out. attributes: for each indices operand, the stride of source and its size */
  TIR_STEP_mmt4d = 4,      /* lhs, rhs, out. last loops: m1, n1, k1, m0, n0, k0. attributes: accumulate (0, 1), TIR_ORDER_…, rows or -1 */
  TIR_STEP_pack = 5,       /* plain, packed. last loops: o0, o1, t0, t1. attributes: d0, d1. code: the bits of the padding */
  TIR_STEP_unpack = 6,     /* packed, plain. last loops: o0, o1, t0, t1. attributes: d0, d1 */
  TIR_STEP_reduce = 7,     /* source, out. attributes: rows, extent, TIR_REDUCE_… */
  TIR_STEP_softmax = 8,    /* source, out. attributes: rows, extent */
  TIR_STEP_layer_norm = 9, /* source, scale, bias, out. attributes: rows, extent. code: epsilon, the bits of a double */
  TIR_STEP_rms_norm = 10,  /* source, scale, out. attributes: rows, extent. code: epsilon, the bits of a double */
  TIR_STEP_matmul = 11,    /* lhs, rhs, out: f32. last loops: m, n, k */
  TIR_STEP_mmt4d_map = 12, /* lhs, inputs …, out. last loops: m1, n1, k1 …, m0, n0, k0. attributes: TIR_ORDER_…, rows or -1, loops of k1. code: a scalar body, see vector/map.h */
  TIR_STEP_contract = 13   /* lhs, rhs, out: f32. last loops: m, n1, n0, k …. attributes: loops of k */
};

/* More about those that move elements and multiply tiles:
 *
 * - A loop may run backwards or stand still (stride 0) in a source. The results of a step are distinct elements, and
 *   overlap no source, but for the kinds below that may work in place.
 * - gather: out[loops] = source[sum of stride * loop + sum over the indices operands of index * stride]. The attributes
 *   are stride, size, stride, size …, one pair for each indices operand: how far apart in the source, in elements, two
 *   neighbouring indices are, and how many there are. The first index that is not in 0 … size - 1 ends the step with
 *   BAD_INDEX; any part of out may have been written.
 * - pack, unpack: d0 and d1 say how many elements of the plain side there are, from the first one on; less than 0 counts
 *   as 0, and more than the tiles hold as what they hold. The plain side is one dimension along o0 and t0, and one along
 *   o1 and t1: its stride along o0 is t0 times that along t0. The tile is contiguous, in the order t0, t1 or t1, t0.
 * - mmt4d: strides along m1, n1 and the outer loops are any; tiles are contiguous as for tir_mmt4d, and k1 neighbours lie
 *   side by side. Operands stand still along the loops that they lack. Rows: how many rows are valid, from the first
 *   one on. Others are neither read nor written.
 * - mmt4d_map: mmt4d whose right side is f32 and not in memory: the code computes each element of it from those of the
 *   inputs, as in a map step whose operands are the inputs and the right side. k1 may be several loops, along which tiles
 *   of lhs are neighbours; all strides of the inputs are any.
 * - matmul: the bits of mmt4d, with no operand in tiles. Neighbours along k of lhs lie side by side, and so do those of
 *   rhs along n or along k; all other strides are any.
 * - contract: the bits of mmt4d, with no operand in tiles: windows of an image, for example. n0 neighbours of rhs lie side by
 *   side, and it has one stride along all loops of k, at most TIR_MAX_CONTRACTED positions; the result and lhs have any strides. A step is fastest if there is
 *   one n1, or if n0 is a vector.
 *
 * In place: the result may be the memory of an input if both have the same address, the same strides along all loops of
 * more than one position, and elements of as many bytes. This holds for
 *
 * - map without sequential loops: any result and any inputs. Every input of a block of positions is read before a
 *   result is stored there; see vector/map.h.
 * - softmax, layer_norm, rms_norm: the source alone. Rows are read, some at a time, before they are written; a long row
 *   is written part by part, each from positions that nothing reads afterwards.
 *
 * For all others results and inputs lie apart. A reduction has fewer results than elements; copies, packs and unpacks may
 * move their elements in any order; gather, mmt4d, mmt4d_map, matmul and contract read
 * elements again. */

enum tir_reduction {
  TIR_REDUCE_add = 0, TIR_REDUCE_mul = 1, TIR_REDUCE_max = 2, TIR_REDUCE_min = 3, TIR_REDUCE_maxnum = 4,
  TIR_REDUCE_minnum = 5, TIR_REDUCE_and = 6, TIR_REDUCE_or = 7, TIR_REDUCE_xor = 8
};

/* One step, decoded. Strides count elements of the operand. An element of i1, i4 or u4 takes one byte. */
typedef struct {
  int32_t kind, loops, operands, attributes;
  int64_t size[16];          /* TIR_MAX_LOOPS; never negative */
  int64_t stride[32][16];    /* TIR_MAX_OPERANDS, TIR_MAX_LOOPS */
  void* base[32];
  int32_t type[32];          /* TIR_TYPE_… */
  int64_t attribute[24];
  const int64_t* code;
  int64_t code_words;
  uint64_t cpu_features;
  void* workspace;           /* TIR_WORKSPACE_BYTES */
  int64_t fault_operand;     /* set with TIR_STATUS_BAD_INDEX: the operand, the index that it holds, … */
  int64_t fault_value;
  int64_t fault_size;        /* … and how many indices there are */
} tir_step;

/* Runs one step. TIR_STATUS_OK, BAD_INDEX, BAD_DIVISION, or BAD_SIZE, BAD_TYPE for a step that nothing here runs. */
int tir_run_step(tir_step* step);

/* A function of vector/math.inc (its place in vector/functions.inc; TIR_TYPE_f32 or f64) on `count` elements; `out` may
 * be `a` or `b`. TIR_STATUS_OK, NO_KERNEL or BAD_SIZE. */
int tir_math_block(int32_t function, int32_t type, uint64_t cpu_features, const void* a, const void* b, void* out,
                   int64_t count);

/* ---- plans ---------------------------------------------------------------- */

typedef struct tir_plan tir_plan;
typedef struct tir_frame tir_frame;

/* Where a call failed. */
typedef struct {
  int64_t status, command, unit, step, operand, value, size;
} tir_fault;

/* Checks `words`, which stay with the caller like the constants. Returns a status; the fault's `value` is then the
 * position of the wrong word, or `count` if words are missing. */
int tir_plan_open(const int64_t* words, int64_t count, const void* const* constants, const int64_t* constant_bytes,
                  int64_t constant_count, uint64_t cpu_features, tir_plan** plan, tir_fault* fault);
void tir_plan_close(tir_plan* plan);

/* The memory of one call at a time: values of sizes, the arena, scratch. A plan may have many frames; it must outlive
 * them. `symbols`: one value per symbol of the plan behind symbol 0, which is `threads`. `byte_limit`: at most so much
 * memory; negative: no limit. `checked`: verify every access of every unit before it happens (BAD_ACCESS).
 * TIR_STATUS_BAD_SIZE: a size is negative, too large, or beyond its constant (fault.value: the number of the value, -1
 * for the wrong number of symbols); TIR_STATUS_NO_MEMORY. */
int tir_frame_open(const tir_plan* plan, const int64_t* symbols, int64_t symbol_count, int64_t threads,
                   int64_t byte_limit, int checked, tir_frame** frame, tir_fault* fault);
void tir_frame_close(tir_frame* frame);
int64_t tir_frame_value(const tir_frame* frame, int64_t index);
void* tir_frame_buffer(const tir_frame* frame, int64_t buffer); /* NULL: not known before the call */
int64_t tir_frame_buffer_bytes(const tir_frame* frame, int64_t buffer);
int64_t tir_frame_arena_bytes(const tir_frame* frame);
int64_t tir_frame_scratch_bytes(const tir_frame* frame); /* of each thread */

/* Runs the commands from where the frame stands; arguments and results in the order of the plan, aligned to their
 * elements. One call at a time, with the same arguments and results until it ends. Returns TIR_STATUS_OK at the end,
 * TIR_STATUS_PAUSED after about `pause_ns` between two units (call again to go on; negative: never), TIR_STATUS_HOST at
 * a command that the caller runs (fault.command; call again to go on behind it), or an error, after which the frame
 * stands at the beginning again. The fault of several units is that of the lowest, for any number of threads. */
int tir_frame_run(tir_frame* frame, void* const* arguments, void* const* results, int64_t pause_ns, tir_fault* fault);
void tir_frame_rewind(tir_frame* frame); /* to the first command */

/* Counters for profiles, off until asked for; turning them on sets them to 0 (TIR_STATUS_OK, NO_MEMORY). Nanoseconds
 * and units of a command, and what a worker (0 is the caller) spent in units and in a step of a command. When a worker
 * began its first and ended its last unit of a command, in ns of CLOCK_MONOTONIC; 0: never. */
int tir_frame_profile(tir_frame* frame, int on);
int64_t tir_frame_command_ns(const tir_frame* frame, int64_t command);
int64_t tir_frame_command_units(const tir_frame* frame, int64_t command);
int64_t tir_frame_worker_ns(const tir_frame* frame, int64_t worker);
int64_t tir_frame_step_ns(const tir_frame* frame, int64_t worker, int64_t command, int64_t step);
int64_t tir_frame_began(const tir_frame* frame, int64_t worker, int64_t command);
int64_t tir_frame_ended(const tir_frame* frame, int64_t worker, int64_t command);

/* ---- calibration ---------------------------------------------------------- */

/* What one core can do at most, with the widest vectors of these features: the best of `repeats` short runs, 0 where
 * nothing can be measured. f32 multiply-adds in registers, in GFLOP/s (a multiply-add is two operations): */
double tir_calibrate_fma(uint64_t cpu_features, int64_t repeats);
/* Reading `bytes` (a positive multiple of 512) of memory from beginning to end, in GB/s; repeats measure the cache
 * that holds it. */
double tir_calibrate_read(uint64_t cpu_features, const void* memory, int64_t bytes, int64_t repeats);

/* ---- checksums ------------------------------------------------------------ */

enum { TIR_CHECKSUM_LANES = 8 };

/* The words of `data`, eight bytes each and little-endian, go to the lanes in turn; zeros follow up to a whole round.
 * Lane l begins as l and takes in a word w by lane = rotate_left((lane ^ w) * 0x9E3779B97F4A7C15, 29). */
void tir_checksum(const void* data, int64_t bytes, uint64_t* lanes);

/* ---- files of constants --------------------------------------------------- */

enum { TIR_HASH_BLOCK_WORDS = 512, TIR_HASH_KEY_WORDS = 514, TIR_HASH_SUMS = 4 };

/* TIR_HASH_SUMS sums of every block of TIR_HASH_BLOCK_WORDS * 8 bytes, the last one filled up with zeros. With the words
 * w of a block and the key k: the sums of (w[i] + k[i]) * (w[i+1] + k[i+1]) over all even i, modulo 2^128, the lower
 * half first, and the same with k[i+2] and k[i+3]. */
void tir_hash_blocks(const void* data, int64_t bytes, const uint64_t* key, uint64_t* sums);

/* Maps the first `bytes`, at least 1, of an open file, read-only and shared with all processes; NULL: errno says why.
 * The file may be closed at once. */
void* tir_map_file(int file, int64_t bytes);
void tir_unmap_file(void* memory, int64_t bytes);

/* cffi: end */

#ifdef __cplusplus
}
#endif
#endif
