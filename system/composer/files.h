/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on the host: bounded reading, and looking names up in the search folders.
 */
#ifndef COMPOSER_FILES_H
#define COMPOSER_FILES_H

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

#endif
