/* Runs the commands of a plan, one after the other. */
#include <string.h>
#include <time.h>

#include "execute/plan.h"

enum {
  PIECES_PER_THREAD = 64, /* so many that a thread which lost its core holds the others up for a moment only */
  MOST_UNITS_OF_A_PIECE = 16,
  LONGEST_PIECE_NS = 2000000 /* of more than one unit: a pause waits for the pieces that have begun */
};
#define MOST_PIECES ((int64_t)1 << 22)

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#if !defined(CLOCK_MONOTONIC_COARSE)
#define CLOCK_MONOTONIC_COARSE CLOCK_MONOTONIC
#endif

int64_t tir_now(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t tir_now_coarse(void) { return read_clock(CLOCK_MONOTONIC_COARSE); }

/* ---- one launch ---------------------------------------------------------------- */

static void join(void* context, int64_t number) {
  const tir_launch* launch = context;
  tir_worker_bind(tir_frame_worker(launch->frame, number), launch);
}

/* Only the caller looks at the clock: when it stops, all do. */
static bool run_piece(void* context, int64_t number, int64_t piece) {
  const tir_launch* launch = context;
  tir_worker* worker = tir_frame_worker(launch->frame, number);
  const int64_t first = launch->first + piece * launch->piece, rest = launch->units - first;
  const int64_t end = first + (rest < launch->piece ? rest : launch->piece);
  const int64_t began = launch->frame->profiled ? tir_now() : 0;
  const bool right = tir_run_units(launch, worker, first, end);
  if (launch->frame->profiled) {
    int64_t* span = tir_profile_span(launch->frame, number, launch->number);
    if (span[0] == 0) span[0] = began;
    span[1] = tir_now();
    worker->busy_ns += span[1] - began;
  }
  if (number == 0 && launch->deadline != INT64_MAX && tir_now_coarse() >= launch->deadline) launch->frame->late = true;
  return right && !(number == 0 && launch->frame->late);
}

/* `unit_ns`: what a unit takes; 0: that is not known, so a piece is one unit. */
static int64_t units_of_a_piece(int64_t units, int64_t threads, int64_t unit_ns) {
  if (threads == 1) return 1 + units / MOST_PIECES;
  int64_t most = unit_ns == 0 ? 1 : LONGEST_PIECE_NS / unit_ns;
  if (most > MOST_UNITS_OF_A_PIECE) most = MOST_UNITS_OF_A_PIECE;
  int64_t piece = 1 + units / (threads * PIECES_PER_THREAD);
  if (piece > most) piece = most;
  return piece > units / MOST_PIECES ? piece : 1 + units / MOST_PIECES;
}

/* Whether all units of the launch at which the frame stands have run. Otherwise one failed, or it is time to pause. */
static bool run_launch(tir_frame* frame, const tir_command* command, int64_t deadline) {
  const int64_t units = frame->grid[command->target].units;
  if (units == 0) return true;
  tir_launch* launch = &frame->launch;
  launch->frame = frame;
  launch->number = frame->command;
  launch->command = command;
  launch->program = &frame->plan->program[command->target];
  launch->grid = &frame->grid[command->target];
  launch->first = frame->unit;
  launch->units = units;
  int64_t* unit_ns = &frame->unit_ns[frame->command];
  const bool unknown = frame->threads > 1 && *unit_ns == 0;
  launch->piece = units_of_a_piece(units - launch->first, frame->threads, *unit_ns);
  launch->deadline = deadline;
  const int64_t left = units - launch->first;
  const int64_t pieces = launch->piece == 1 ? left : (left - 1) / launch->piece + 1;
  const int64_t began = frame->profiled || unknown ? tir_now() : 0;
  int64_t piece_ns = *unit_ns * launch->piece;
  const tir_task task = {launch, join, run_piece, &piece_ns};
  const int64_t done = tir_pool_run(&task, frame->threads, pieces);
  frame->unit = done == pieces ? units : launch->first + done * launch->piece;
  const int64_t ran = frame->unit - launch->first;
  if (unknown && ran > 0) *unit_ns = (tir_now() - began) * frame->threads / ran + 1; /* as if no thread ever waited */
  if (frame->profiled) {
    frame->command_ns[frame->command] += tir_now() - began;
    frame->command_units[frame->command] += ran;
  }
  return frame->unit == units && frame->fault.status == TIR_STATUS_OK;
}

/* ---- all of them ---------------------------------------------------------------- */

void tir_frame_rewind(tir_frame* frame) {
  frame->command = 0;
  frame->unit = 0;
}

/* Whether both buffers of a copy have as many bytes. */
static bool run_copy(tir_frame* frame, const tir_command* command) {
  const int64_t from = command->buffer[0], to = command->buffer[1];
  if (frame->bytes[from] != frame->bytes[to]) {
    frame->fault.status = TIR_STATUS_BAD_ACCESS;
    frame->fault.operand = 1;
    return false;
  }
  const int64_t began = frame->profiled ? tir_now() : 0;
  memmove(frame->address[to], frame->address[from], (size_t)frame->bytes[to]);
  if (frame->profiled) frame->command_ns[frame->command] += tir_now() - began;
  return true;
}

/* The command after a jump or a branch, which jumps if its condition is false; -1: the condition has no bytes. */
static int64_t after_jump(tir_frame* frame, const tir_command* command) {
  if (command->kind == TIR_COMMAND_JUMP) return command->target;
  const int64_t condition = command->buffer[0];
  if (frame->bytes[condition] < 1) {
    frame->fault.status = TIR_STATUS_BAD_ACCESS;
    frame->fault.operand = 0;
    return -1;
  }
  return *frame->address[condition] != 0 ? frame->command + 1 : command->target;
}

static int run_commands(tir_frame* frame, int64_t deadline) {
  const tir_plan* plan = frame->plan;
  while (frame->command < plan->header->commands) {
    const tir_command* command = tir_command_at(plan, frame->command);
    int64_t next = frame->command + 1;
    frame->fault.command = frame->command;
    if (command->kind == TIR_COMMAND_HOST || command->kind == TIR_COMMAND_QUEUED) {
      frame->command = next;
      return TIR_STATUS_HOST;
    }
    if (command->kind == TIR_COMMAND_LAUNCH) {
      if (!run_launch(frame, command, deadline)) {
        return frame->fault.status != TIR_STATUS_OK ? (int)frame->fault.status : TIR_STATUS_PAUSED;
      }
      frame->unit = 0;
    } else if (command->kind == TIR_COMMAND_COPY) {
      if (!run_copy(frame, command)) return (int)frame->fault.status;
    } else {
      next = after_jump(frame, command);
      if (next < 0) return (int)frame->fault.status;
      /* A loop without launches must pause too. */
      if (next <= frame->command && deadline != INT64_MAX && tir_now_coarse() >= deadline) frame->late = true;
    }
    frame->command = next;
    if (frame->late && next < plan->header->commands) return TIR_STATUS_PAUSED;
  }
  return TIR_STATUS_OK;
}

int tir_frame_run(tir_frame* frame, void* const* arguments, void* const* results, int64_t pause_ns, tir_fault* fault) {
  const tir_plan* plan = frame->plan;
  for (int64_t i = 0; i < plan->outside_count; i++) {
    const int64_t number = plan->outside[i];
    const tir_buffer* b = &plan->buffers[number];
    frame->address[number] = (b->kind == TIR_BUFFER_ARGUMENT ? arguments : results)[b->index];
  }
  frame->fault = (tir_fault){TIR_STATUS_OK, .unit = -1, .step = -1, .operand = -1, .value = -1, .size = -1};
  frame->late = false;
  const int64_t deadline = pause_ns >= 0 ? tir_now_coarse() + pause_ns : INT64_MAX;
  const int status = run_commands(frame, deadline);
  *fault = frame->fault;
  fault->status = status;
  if (status != TIR_STATUS_PAUSED && status != TIR_STATUS_HOST) tir_frame_rewind(frame);
  return status;
}
