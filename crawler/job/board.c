/* See board.h. A short array under one mutex: there are as many entries as jobs that are loaded. */
#include "crawler/job/board.h"

#include <pthread.h>
#include <stdlib.h>

#include "crawler/base/memory.h"

struct board {
    pthread_mutex_t lock; /* guards the rest */
    struct board_entry *entries;
    size_t count, capacity;
};

struct board *board_new(void)
{
    struct board *board = memory_new(sizeof *board);
    pthread_mutex_init(&board->lock, NULL);
    return board;
}

struct board *board_free(struct board *board)
{
    if (!board)
        return NULL;
    pthread_mutex_destroy(&board->lock);
    free(board->entries);
    free(board);
    return NULL;
}

static struct board_entry *find(struct board *board, int64_t job_id)
{
    for (size_t i = 0; i < board->count; i++) {
        if (board->entries[i].job_id == job_id)
            return &board->entries[i];
    }
    return NULL;
}

static struct board_entry *add(struct board *board)
{
    if (board->count == board->capacity) {
        board->capacity = board->capacity ? board->capacity * 2 : 8;
        board->entries = memory_resize(board->entries, board->capacity * sizeof *board->entries);
    }
    return &board->entries[board->count++];
}

void board_put(struct board *board, const struct board_entry *entry)
{
    pthread_mutex_lock(&board->lock);
    struct board_entry *place = find(board, entry->job_id);
    *(place ? place : add(board)) = *entry;
    pthread_mutex_unlock(&board->lock);
}

void board_remove(struct board *board, int64_t job_id)
{
    pthread_mutex_lock(&board->lock);
    struct board_entry *entry = find(board, job_id);
    if (entry)
        *entry = board->entries[--board->count];
    pthread_mutex_unlock(&board->lock);
}

bool board_get(struct board *board, int64_t job_id, struct board_entry *ret_entry)
{
    pthread_mutex_lock(&board->lock);
    const struct board_entry *entry = find(board, job_id);
    if (entry)
        *ret_entry = *entry;
    pthread_mutex_unlock(&board->lock);
    return entry;
}
