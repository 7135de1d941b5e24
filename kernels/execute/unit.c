/* Units: the registers of each, and its steps one after the other. */
#include "execute/plan.h"

void tir_worker_bind(tir_worker* worker, const tir_launch* launch) {
  const tir_frame* frame = launch->frame;
  const tir_program* program = launch->program;
  worker->step.cpu_features = frame->plan->cpu_features & program->cpu_features;
  for (int64_t b = 0; b < program->bindings; b++) {
    worker->address[b] = frame->address[launch->command->buffer[b]];
    worker->bytes[b] = frame->bytes[launch->command->buffer[b]];
  }
  char* scratch = worker->scratch;
  for (int64_t s = 0; s < program->scratches; s++) {
    const int64_t bytes = frame->values[program->scratch[s]];
    worker->address[-1 - s] = scratch;
    worker->bytes[-1 - s] = bytes;
    scratch += (bytes + TIR_LINE - 1) / TIR_LINE * TIR_LINE + TIR_LINE;
  }
}

/* Keeps the fault of the lowest unit: pieces begin in order and are never cut short by another's fault, so it is the
 * same one for any number of threads. */
static bool blame(const tir_launch* launch, tir_fault fault) {
  tir_frame* frame = launch->frame;
  fault.command = launch->number;
  while (atomic_flag_test_and_set_explicit(&frame->fault_lock, memory_order_acquire)) continue;
  if (frame->fault.status == TIR_STATUS_OK || fault.unit < frame->fault.unit) frame->fault = fault;
  atomic_flag_clear_explicit(&frame->fault_lock, memory_order_release);
  return false;
}

/* Fills worker->step from the words of a step. False: a size is negative, so there is nothing to do. Sizes of 0 are
 * left to the step: an empty sum has a value. */
static bool decode(tir_worker* worker, const tir_step_head* head) {
  const int64_t* slots = worker->slots;
  tir_step* step = &worker->step;
  const int32_t loops = (int32_t)head->loops, operands = (int32_t)head->operands;
  const int32_t attributes = (int32_t)head->attributes;
  const int64_t* at = (const int64_t*)(head + 1);
  for (int32_t l = 0; l < loops; l++) {
    const int64_t size = slots[at[l]];
    if (size < 0) return false;
    step->size[l] = size;
  }
  at += loops;
  step->kind = (int32_t)head->kind;
  step->loops = loops;
  step->operands = operands;
  step->attributes = attributes;
  for (int32_t p = 0; p < operands; p++) {
    const int32_t type = (int32_t)at[TIR_OPERAND_TYPE];
    /* As integers: an offset that the check is still to refuse may leave the memory. */
    const uint64_t offset = (uint64_t)slots[at[TIR_OPERAND_OFFSET]] * (uint64_t)tir_type_bytes(type);
    step->type[p] = type;
    step->base[p] = (void*)((uintptr_t)worker->address[at[TIR_OPERAND_BUFFER]] + offset);
    at += TIR_OPERAND_STRIDES;
    for (int32_t l = 0; l < loops; l++) step->stride[p][l] = slots[at[l]];
    at += loops;
  }
  for (int32_t a = 0; a < attributes; a++) step->attribute[a] = slots[at[a]];
  step->code = at + attributes;
  step->code_words = head->code;
  return true;
}

/* `step_ns`: what to add the time of each step to, or NULL. */
TIR_INLINE bool run_steps(const tir_launch* launch, tir_worker* worker, int64_t unit, int64_t* step_ns) {
  int64_t began = step_ns != NULL ? tir_now() : 0;
  const int64_t* at = launch->program->step;
  tir_step* step = &worker->step;
  for (int64_t i = 0; i < launch->program->steps; i++) {
    const tir_step_head* head = (const tir_step_head*)at;
    at += head->words;
    if (!decode(worker, head)) continue;
    if (launch->frame->checked) {
      const int64_t operand = tir_find_bad_access(worker, (const int64_t*)(head + 1) + head->loops);
      if (operand >= 0)
        return blame(launch, (tir_fault){TIR_STATUS_BAD_ACCESS, .unit = unit, .step = i, .operand = operand,
                                         .value = -1, .size = -1});
    }
    step->fault_operand = step->fault_value = step->fault_size = -1;
    const int status = tir_run_step(step);
    if (status != TIR_STATUS_OK)
      return blame(launch, (tir_fault){status, .unit = unit, .step = i, .operand = step->fault_operand,
                                       .value = step->fault_value, .size = step->fault_size});
    if (step_ns != NULL) {
      const int64_t ended = tir_now();
      step_ns[i] += ended - began;
      began = ended;
    }
  }
  return true;
}

static bool run_measured_steps(const tir_launch* launch, tir_worker* worker, int64_t unit) {
  return run_steps(launch, worker, unit, tir_profile_steps(launch->frame, worker->number, launch->number));
}

bool tir_run_units(const tir_launch* launch, tir_worker* worker, int64_t first, int64_t end) {
  const tir_program* program = launch->program;
  const tir_grid* grid = launch->grid;
  const bool measured = launch->frame->profiled;
  int64_t* slots = worker->slots;
  int64_t index[TIR_MAX_UNIT_DIMS] = {0}, rest = first;
  for (int64_t d = program->dims - 1; d >= 0 && rest > 0; d--) {
    index[d] = rest % grid->blocks[d];
    rest /= grid->blocks[d];
  }
  for (int64_t unit = first; unit < end; unit++) {
    for (int64_t d = 0; d < program->dims; d++) {
      const int64_t start = index[d] * grid->block[d], left = grid->extent[d] - start;
      slots[-1 - 2 * d] = start;
      slots[-2 - 2 * d] = left < grid->block[d] ? left : grid->block[d];
    }
    for (int64_t i = 0; i < program->operations; i++) {
      const tir_expression* e = &program->operation[i];
      if (!tir_calculate(e->operation, slots[e->a], slots[e->b], &slots[-1 - 2 * program->dims - i]))
        return blame(launch, (tir_fault){TIR_STATUS_BAD_SIZE, .unit = unit, .step = -1, .operand = -1, .value = i,
                                         .size = -1});
    }
    if (!(measured ? run_measured_steps(launch, worker, unit) : run_steps(launch, worker, unit, NULL))) return false;
    for (int64_t d = program->dims - 1; d >= 0 && ++index[d] == grid->blocks[d]; d--) index[d] = 0;
  }
  return true;
}
