/* What the files of the executor share: the words of a plan as structures, and plans and frames themselves.
 * docs/plan-image.md describes the words. */
#ifndef TENSORIR_PLAN_H
#define TENSORIR_PLAN_H

#include <stdatomic.h>

#include "steps/steps.h"

enum {
  TIR_MAX_THREADS = 1024,
  TIR_MAX_BINDINGS = 1024,       /* of one program */
  TIR_MAX_SCRATCH = 256,         /* pieces of one program */
  TIR_MAX_REGISTER_STEPS = 4096, /* of one program */
  TIR_LINE = 64                  /* bytes: the alignment of buffers, and the slack behind each of them */
};

#define TIR_PLAN_MAGIC 0x004E414C50524954 /* "TIRPLAN\0" */
#define TIR_PLAN_VERSION 3

/* ---- words ----------------------------------------------------------------- */

typedef struct {
  int64_t magic, version, words, numbers, symbols, expressions;
  int64_t at_numbers, at_expressions, buffers, at_buffers, programs, at_programs, commands, at_commands;
  int64_t arguments, results;
} tir_header;

enum tir_operation {
  TIR_ADD = 0, TIR_SUB = 1, TIR_MUL = 2, TIR_FLOORDIV = 3, TIR_CEILDIV = 4, TIR_MOD = 5, TIR_MIN = 6, TIR_MAX = 7,
  TIR_OPERATIONS = 8
};

typedef struct {
  int64_t operation, a, b;
} tir_expression;

enum {
  TIR_BUFFER_ARGUMENT = 0, TIR_BUFFER_RESULT = 1, TIR_BUFFER_CONSTANT = 2, TIR_BUFFER_ARENA = 3,
  TIR_BUFFER_SHARED = 4, TIR_BUFFER_OUTSIDE = 5
};

/* Whether a buffer of this kind lies in the arena. */
static inline bool tir_in_arena(int64_t kind) { return kind == TIR_BUFFER_ARENA || kind == TIR_BUFFER_SHARED; }

typedef struct {
  int64_t kind, index, bytes, first, last;
} tir_buffer;

enum {
  TIR_COMMAND_LAUNCH = 0, TIR_COMMAND_HOST = 1, TIR_COMMAND_QUEUED = 2, TIR_COMMAND_COPY = 3, TIR_COMMAND_JUMP = 4,
  TIR_COMMAND_BRANCH = 5
};

/* A command: its kind; the program, the id of the caller's, or the command to go on with; and what is bound. */
typedef struct {
  int64_t kind, target, bindings;
  int64_t buffer[];
} tir_command;

/* The parts of a program. */
typedef struct {
  uint64_t cpu_features;   /* those that its steps may use, if the plan may */
  int64_t dims;            /* of the grid of units */
  const int64_t* grid;     /* dims times: extent, block */
  int64_t operations;
  const tir_expression* operation;
  int64_t bindings, scratches, steps;
  const int64_t* scratch;  /* bytes of each piece */
  const int64_t* step;     /* the first one */
  bool launched;           /* by the executor, not only by the caller */
} tir_program;

/* The first words of a step; behind them: a size per loop, the operands, the attributes, the code. */
typedef struct {
  int64_t kind, words, loops, operands, attributes, code;
} tir_step_head;

/* The first words of an operand; behind them: a stride per loop. */
enum { TIR_OPERAND_BUFFER = 0, TIR_OPERAND_TYPE = 1, TIR_OPERAND_OFFSET = 2, TIR_OPERAND_STRIDES = 3 };

/* ---- plans ----------------------------------------------------------------- */

/* An arena buffer that owns its memory, with those that share it. */
typedef struct {
  int64_t buffer, first, last;
} tir_arena_buffer;

struct tir_plan {
  const int64_t* words;
  const tir_header* header;
  const int64_t* numbers;
  const tir_expression* expressions;
  const tir_buffer* buffers;
  const int64_t* at_programs;
  const int64_t* at_commands;
  const void** constants;
  int64_t* constant_bytes;
  tir_program* program;
  int64_t values;           /* entries of the value table */
  int64_t* outside;         /* the buffers that are arguments or results */
  int64_t outside_count;
  int64_t* home;            /* of each buffer: the arena buffer whose memory it may use, itself if not shared */
  tir_arena_buffer* arena;  /* by rising first command */
  int64_t arena_count;
  tir_arena_buffer* apart;  /* the same if each buffer of the arena owns its memory */
  int64_t apart_count;
  int64_t registers, bindings, scratches; /* the most that any program has */
  uint64_t cpu_features;
};

static inline const tir_command* tir_command_at(const tir_plan* plan, int64_t index) {
  return (const tir_command*)(plan->words + plan->at_commands[index]);
}

enum {
  TIR_SUMS_ROWS = 1, /* as many of the last loops as attribute 0 says */
  TIR_SUMS_K = 2,    /* k1 and k0 of mmt4d */
  TIR_SUMS_LAST = 3, /* k of matmul */
  TIR_SUMS_DEPTH = 4 /* k1 loops, as many as attribute 2 says, and k0 of mmt4d_map */
};

/* What the executor has to know of a kind of step. */
typedef struct {
  int32_t known;
  int32_t least_operands, most_operands;
  int32_t results;           /* the last operands; 0: attribute 0 says how many */
  int32_t least_loops;
  int32_t attributes;        /* -1: at least 2 */
  int32_t attributes_each;   /* more for each operand between the first and the last */
  int32_t code;              /* words; -1: any number */
  int32_t one_type;          /* the first and the last operand have one element type */
  int32_t sums;              /* the result has a value even if these loops are empty: TIR_SUMS_… */
  int32_t row_inputs;        /* positions of the inputs at or behind attribute 1 are not read: attribute 0 row loops */
  int32_t plain;             /* 1 + the operand that attributes 0 and 1 bound, over the last four loops */
} tir_step_rule;

const tir_step_rule* tir_rule_of(int64_t kind); /* NULL: no such kind */

/* ---- values ---------------------------------------------------------------- */

/* False: the result does not fit, or the divisor is not positive. */
bool tir_calculate(int64_t operation, int64_t a, int64_t b, int64_t* result);

/* Fills a value table, in which the symbols stand already. The entry that can't be computed, or -1. */
int64_t tir_evaluate(const tir_plan* plan, int64_t* values);

/* ---- frames ---------------------------------------------------------------- */

/* The units of a program. */
typedef struct {
  int64_t units;
  int64_t extent[TIR_MAX_UNIT_DIMS], block[TIR_MAX_UNIT_DIMS], blocks[TIR_MAX_UNIT_DIMS];
} tir_grid;

/* What one thread needs during a run. It lies in the frame's memory, and nothing touches it before its first run. */
typedef struct {
  int64_t* slots;    /* the value table; register r stands at -1 - r */
  char** address;    /* of the bindings; scratch s stands at -1 - s */
  int64_t* bytes;    /* the same of their sizes */
  char* scratch;
  int64_t number;
  int64_t busy_ns;
  tir_step step;
} tir_worker;

/* A launch that runs. */
typedef struct {
  tir_frame* frame;
  int64_t number;               /* of the command */
  const tir_command* command;
  const tir_program* program;
  const tir_grid* grid;
  int64_t first, units, piece;  /* units first … units - 1 are to run, `piece` of them at a time */
  int64_t deadline;             /* of the coarse clock; INT64_MAX: none */
} tir_launch;

struct tir_frame {
  const tir_plan* plan;
  int64_t threads;
  bool checked, profiled;
  int64_t* values;
  char** address;        /* of each buffer */
  int64_t* bytes;        /* of each buffer */
  tir_grid* grid;        /* of each program */
  int64_t* command_ns;
  int64_t* command_units;
  int64_t* unit_ns;      /* of each command: what a unit takes at most; 0: not known */
  int64_t* ready;        /* of each worker: whether it was made */
  int64_t* first_step;   /* of each command, among the steps of all; NULL before a profile */
  int64_t* counters;     /* of a profile; NULL before */
  int64_t arena_bytes, scratch_bytes, worker_bytes;
  char* memory;          /* the arena, then the workers */
  int64_t command, unit; /* where the next run begins */
  bool late;             /* it is time to pause; only the caller asks */
  tir_launch launch;
  atomic_flag fault_lock;
  tir_fault fault;       /* of the lowest unit that failed */
};

/* Places the arena's buffers, `bytes` of each: their offsets. What may share a memory does if that makes the arena no
 * larger. The bytes of the whole arena; -1: too many; -2: no memory to compute this in. */
int64_t tir_place_buffers(const tir_plan* plan, const int64_t* bytes, int64_t* offsets);

/* The worker of that number, made ready for a launch. */
tir_worker* tir_frame_worker(tir_frame* frame, int64_t number);
void tir_worker_bind(tir_worker* worker, const tir_launch* launch);

/* Runs units `first` … `end` - 1 of a launch. False: one failed, and the frame's fault says how. */
bool tir_run_units(const tir_launch* launch, tir_worker* worker, int64_t first, int64_t end);

/* The operand of a decoded step that leaves its buffer, or -1. `operands`: their words. */
int64_t tir_find_bad_access(const tir_worker* worker, const int64_t* operands);

/* ---- profiles ------------------------------------------------------------------ */

int64_t* tir_profile_steps(const tir_frame* frame, int64_t worker, int64_t command); /* ns of each step */
int64_t* tir_profile_span(const tir_frame* frame, int64_t worker, int64_t command); /* when it began and ended */

/* ---- clocks ---------------------------------------------------------------- */

int64_t tir_now(void);        /* ns */
int64_t tir_now_coarse(void); /* ns, some ms apart, in a quarter of the time */

/* ---- the pool -------------------------------------------------------------- */

/* Work in pieces that never wait for each other. */
typedef struct {
  void* context;
  void (*join)(void* context, int64_t worker);             /* before the first piece that a worker runs */
  bool (*run)(void* context, int64_t worker, int64_t piece); /* false: no further piece shall begin */
  int64_t* piece_ns; /* what a piece took when that was last asked for; 0: not known */
} tir_task;

/* Runs pieces 0, 1, … in this thread and in up to `threads` - 1 others. How many have begun; all of them have ended. */
int64_t tir_pool_run(const tir_task* task, int64_t threads, int64_t pieces);

#endif
