/* Places the buffers of an arena: first fit, by the commands between which they live. */
#include <stdlib.h>

#include "execute/plan.h"

/* A buffer that is placed; those that live form a list by rising offset. */
typedef struct place {
  int64_t offset, end, last;
  struct place* next;
} place;

/* Bytes from one buffer to the next: whole lines, and one line of slack. */
static int64_t room_for(int64_t bytes) { return (bytes + TIR_LINE - 1) / TIR_LINE * TIR_LINE + TIR_LINE; }

int64_t tir_place_buffers(const tir_plan* plan, const int64_t* bytes, int64_t* offsets) {
  if (plan->arena_count == 0) return 0;
  place* places = malloc((size_t)plan->arena_count * sizeof(place));
  if (places == NULL) return -2;
  /* First the largest size of those that share a memory stands where its offset will stand. */
  for (int64_t i = 0; i < plan->header->buffers; i++) offsets[i] = 0;
  for (int64_t i = 0; i < plan->header->buffers; i++) {
    int64_t* most = &offsets[plan->home[i]];
    if (plan->buffers[i].kind >= TIR_BUFFER_ARENA && bytes[i] > *most) *most = bytes[i];
  }
  place* living = NULL;
  int64_t total = 0;
  for (int64_t i = 0; i < plan->arena_count; i++) {
    const tir_arena_buffer* buffer = &plan->arena[i];
    if (offsets[buffer->buffer] > INT64_MAX / 4 || total > INT64_MAX / 4) {
      total = -1;
      break;
    }
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
  free(places);
  return total;
}
