/* The counters of a profile: what commands and steps took, in each worker. Without them a run reads no clock. */
#include <stdlib.h>

#include "execute/plan.h"

/* Of each worker: the time of each step of each command, then when it began and ended each command. */
static int64_t worker_words(const tir_frame* frame) {
  const int64_t commands = frame->plan->header->commands;
  return frame->first_step[commands] + 2 * commands;
}

int64_t* tir_profile_steps(const tir_frame* frame, int64_t worker, int64_t command) {
  return frame->counters + worker * worker_words(frame) + frame->first_step[command];
}

int64_t* tir_profile_span(const tir_frame* frame, int64_t worker, int64_t command) {
  return frame->counters + worker * worker_words(frame) + frame->first_step[frame->plan->header->commands] + 2 * command;
}

static int64_t steps_of(const tir_plan* plan, int64_t number) {
  const tir_command* command = tir_command_at(plan, number);
  const bool has_program = command->kind == TIR_COMMAND_LAUNCH || command->kind == TIR_COMMAND_QUEUED;
  return has_program ? plan->program[command->target].steps : 0;
}

static int allocate(tir_frame* frame) {
  const tir_plan* plan = frame->plan;
  const int64_t commands = plan->header->commands;
  frame->first_step = malloc((size_t)(commands + 1) * sizeof(int64_t));
  if (frame->first_step == NULL) return TIR_STATUS_NO_MEMORY;
  frame->first_step[0] = 0;
  for (int64_t c = 0; c < commands; c++) frame->first_step[c + 1] = frame->first_step[c] + steps_of(plan, c);
  frame->counters = calloc((size_t)(frame->threads * worker_words(frame)) + 1, sizeof(int64_t));
  if (frame->counters == NULL) {
    free(frame->first_step);
    frame->first_step = NULL;
    return TIR_STATUS_NO_MEMORY;
  }
  return TIR_STATUS_OK;
}

int tir_frame_profile(tir_frame* frame, int on) {
  if (on && frame->counters == NULL && allocate(frame) != TIR_STATUS_OK) return TIR_STATUS_NO_MEMORY;
  frame->profiled = on != 0;
  if (!on) return TIR_STATUS_OK;
  for (int64_t i = 0; i < frame->threads * worker_words(frame); i++) frame->counters[i] = 0;
  for (int64_t w = 0; w < frame->threads; w++) {
    if (frame->ready[w]) tir_frame_worker(frame, w)->busy_ns = 0;
  }
  for (int64_t c = 0; c < frame->plan->header->commands; c++) frame->command_ns[c] = frame->command_units[c] = 0;
  return TIR_STATUS_OK;
}

static bool has_command(const tir_frame* frame, int64_t command) {
  return command >= 0 && command < frame->plan->header->commands;
}

static bool has_counters(const tir_frame* frame, int64_t worker, int64_t command) {
  return frame->counters != NULL && worker >= 0 && worker < frame->threads && has_command(frame, command);
}

int64_t tir_frame_command_ns(const tir_frame* frame, int64_t command) {
  return has_command(frame, command) ? frame->command_ns[command] : 0;
}

int64_t tir_frame_command_units(const tir_frame* frame, int64_t command) {
  return has_command(frame, command) ? frame->command_units[command] : 0;
}

int64_t tir_frame_worker_ns(const tir_frame* frame, int64_t worker) {
  if (worker < 0 || worker >= frame->threads || !frame->ready[worker]) return 0;
  return tir_frame_worker((tir_frame*)frame, worker)->busy_ns;
}

int64_t tir_frame_step_ns(const tir_frame* frame, int64_t worker, int64_t command, int64_t step) {
  if (!has_counters(frame, worker, command) || step < 0 || step >= steps_of(frame->plan, command)) return 0;
  return tir_profile_steps(frame, worker, command)[step];
}

int64_t tir_frame_began(const tir_frame* frame, int64_t worker, int64_t command) {
  return has_counters(frame, worker, command) ? tir_profile_span(frame, worker, command)[0] : 0;
}

int64_t tir_frame_ended(const tir_frame* frame, int64_t worker, int64_t command) {
  return has_counters(frame, worker, command) ? tir_profile_span(frame, worker, command)[1] : 0;
}
