/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded reading of host files, the search path, and files for their owner alone.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool files_is_regular(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The folder of a path; true if it exists. */
static bool folder_of(const char *path, const char *name, struct stat *status)
{
    char folder[PATH_MAX];
    int length = snprintf(folder, sizeof folder, "%.*s.", (int)(name - path), path);
    return length > 0 && (size_t)length < sizeof folder && stat(folder, status) == 0;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool files_same(const char *a, const char *b)
{
    struct stat one, other;
    bool one_exists = stat(a, &one) == 0, other_exists = stat(b, &other) == 0;
    if (one_exists != other_exists || (one_exists && !S_ISREG(one.st_mode))) {
        return false;
    }
    const char *names[2] = {last_name(a), last_name(b)};
    bool comparable = one_exists || (strcmp(names[0], names[1]) == 0 && folder_of(a, names[0], &one) &&
                                     folder_of(b, names[1], &other));
    return comparable && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool files_is_special(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

void files_remove(const char *path)
{
    if (!files_is_special(path)) {
        (void)remove(path);
    }
}

const char *files_read(struct arena *arena, const char *path, size_t limit, const char **text, size_t *length)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return "not a regular file";
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return arena_print(arena, "cannot read the file: %s", strerror(errno));
    }
    size_t size = fstat(fileno(file), &status) == 0 && status.st_size > 0 ? (size_t)status.st_size : 0;
    if (size > limit) {
        (void)fclose(file);
        return arena_print(arena, "the file is larger than %zu bytes", limit);
    }
    char *buffer = arena_room(arena, size + 1);
    *length = fread(buffer, 1, size, file);
    *text = buffer;
    bool failed = ferror(file) != 0 || *length != size;
    (void)fclose(file);
    return failed ? "cannot read the file to its end" : NULL;
}

const char *files_find(struct arena *arena, const struct files_search *search, const char *name)
{
    if (name[0] == '/') {
        return files_is_regular(name) ? name : NULL;
    }
    for (size_t i = 0; search != NULL && i < search->folders.count; i++) {
        const char *path = arena_print(arena, "%s/%s", search->folders.at[i], name);
        if (files_is_regular(path)) {
            return path;
        }
    }
    return files_is_regular(name) ? name : NULL;
}

/* Permissions first: the file is private before it holds anything. */
static FILE *open_private(const char *path)
{
    struct stat status;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return NULL;
    }
    bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    FILE *file = !regular || fchmod(fd, S_IRUSR | S_IWUSR) == 0 ? fdopen(fd, "wb") : NULL;
    if (file == NULL) {
        (void)close(fd);
    }
    return file;
}

bool files_write_image(const char *path, const void *head, size_t head_size, const void *data, size_t size)
{
    FILE *file = open_private(path);
    if (file == NULL) {
        return false;
    }
    bool good = fwrite(head, 1, head_size, file) == head_size && fwrite(data, 1, size, file) == size;
    return fclose(file) == 0 && good;
}
