/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on the host: bounded reading, looking names up in the search folders, writing what holds secrets.
 */
#ifndef COMPOSER_FILES_H
#define COMPOSER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "list.h"
#include "arena.h"

/* Folders given with --search, in order; the working directory is tried last. */
struct files_search {
    LIST(const char *) folders;
};

/*
 * Read a whole regular file of at most limit bytes, terminated by a NUL that does not count.
 * Returns NULL, or a sentence that says why not.
 */
const char *files_read(struct arena *arena, const char *path, size_t limit, const char **text,
                       size_t *length);

/* Path of the first readable file called name in the folders, or NULL. An absolute name is taken as it is. */
const char *files_find(struct arena *arena, const struct files_search *search, const char *name);

/* True if a path leads to something that must not be replaced: a device, a pipe, a link to another file. */
bool files_is_special(const char *path);

/* True for a regular file, also one behind a link. */
bool files_is_regular(const char *path);

/* True if two paths lead to one regular file, or would once it is there. */
bool files_same(const char *a, const char *b);

/* Remove an output that turned out bad; devices, pipes and links stay. */
void files_remove(const char *path);

/*
 * Write an image, which may hold a device's key: a file that only its owner can read and write, made of head
 * (may be empty) and data. A file that exists is replaced and its permissions are narrowed. False with errno
 * set if that failed.
 */
bool files_write_image(const char *path, const void *head, size_t head_size, const void *data, size_t size);

#endif
