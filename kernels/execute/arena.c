/* Places the buffers of an arena: first fit, by the commands between which they live.
 *
 * Those that may share a memory are placed once together and once apart, and the smaller arena is taken: a memory that is
 * shared lives longer, and so it may leave gaps that nothing fits into. */
#include <stdlib.h>

#include "execute/plan.h"

/* A buffer that is placed; those that live form a list by rising offset. */
typedef struct place {
  int64_t offset, end, last;
  struct place* next;
} place;

/* Bytes from one buffer to the next: whole lines, and one line of slack. */
static int64_t room_for(int64_t bytes) { return (bytes + TIR_LINE - 1) / TIR_LINE * TIR_LINE + TIR_LINE; }

/* Places some buffers, by rising first command. Before: the bytes of each stand where its offset will stand. Returns
 * the bytes of all, or -1. */
static int64_t place_all(const tir_arena_buffer* list, int64_t count, place* places, int64_t* offsets) {
  place* living = NULL;
  int64_t total = 0;
  for (int64_t i = 0; i < count; i++) {
    const tir_arena_buffer* buffer = &list[i];
    if (offsets[buffer->buffer] > INT64_MAX / 4 || total > INT64_MAX / 4) return -1;
    const int64_t room = room_for(offsets[buffer->buffer]);
    int64_t offset = 0;
    place** link = &living;
    while (*link != NULL) {
      place* other = *link;
      if (other->last < buffer->first) {
        *link = other->next; /* it died before */
      } else if (other->offset - offset >= room) {
        break;
      } else {
        offset = other->end;
        link = &other->next;
      }
    }
    places[i] = (place){.offset = offset, .end = offset + room, .last = buffer->last, .next = *link};
    *link = &places[i];
    offsets[buffer->buffer] = offset;
    if (places[i].end > total) total = places[i].end;
  }
  return total;
}

static int64_t place_together(const tir_plan* plan, const int64_t* bytes, place* places, int64_t* offsets) {
  for (int64_t i = 0; i < plan->header->buffers; i++) offsets[i] = 0;
  for (int64_t i = 0; i < plan->header->buffers; i++) {
    int64_t* most = &offsets[plan->home[i]];
    if (tir_in_arena(plan->buffers[i].kind) && bytes[i] > *most) *most = bytes[i];
  }
  const int64_t total = place_all(plan->arena, plan->arena_count, places, offsets);
  for (int64_t i = 0; i < plan->header->buffers; i++) offsets[i] = offsets[plan->home[i]];
  return total;
}

int64_t tir_place_buffers(const tir_plan* plan, const int64_t* bytes, int64_t* offsets) {
  const int64_t buffers = plan->header->buffers;
  if (plan->arena_count == 0) return 0;
  place* places = malloc((size_t)plan->apart_count * sizeof(place));
  if (places == NULL) return -2;
  int64_t total = place_together(plan, bytes, places, offsets);
  if (plan->apart_count > plan->arena_count) {
    int64_t* apart = malloc((size_t)buffers * sizeof(int64_t));
    if (apart != NULL) {
      for (int64_t i = 0; i < buffers; i++) apart[i] = bytes[i];
      const int64_t other = place_all(plan->apart, plan->apart_count, places, apart);
      const bool smaller = other >= 0 && (total < 0 || other < total);
      for (int64_t i = 0; i < buffers && smaller; i++) offsets[i] = apart[i];
      if (smaller) total = other;
    } else {
      total = -2;
    }
    free(apart);
  }
  free(places);
  return total;
}
