/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Temporary folders and marked descriptions for the composer's tests.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

static const char *const known_files[] = {
    "data.bin",   "empty.bin",  "description.xml", "board.xml", "out.svg", "out.dot",  "out.txt",
    "out.matrix", "out.system", "out2.system",     "ports.h",   "image.d", "out.json", NULL};

static void fail(const char *what)
{
    perror(what);
    abort();
}

const char *fixture_write(struct fixture *fixture, const char *name, const char *text, size_t length)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text, 1, length, file) != length || fclose(file) != 0) {
        fail(path);
    }
    return path;
}

void fixture_begin(struct fixture *fixture)
{
    static const char data[5000] = "data";
    *fixture = (struct fixture){0};
    snprintf(fixture->folder, sizeof fixture->folder, "build/unit/composer.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL) {
        fail(fixture->folder);
    }
    fixture_write(fixture, "data.bin", data, sizeof data);
    fixture_write(fixture, "empty.bin", "", 0);
}

void fixture_end(struct fixture *fixture)
{
    for (size_t i = 0; known_files[i] != NULL; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s/%s", fixture->folder, known_files[i]);
        unlink(path);
    }
    if (rmdir(fixture->folder) != 0) {
        fail(fixture->folder);
    }
    diag_free(&fixture->diag);
}

/* Write the description without its mark and remember where the mark was. */
static void write_marked(struct fixture *fixture, const char *text)
{
    size_t length = strlen(text);
    const char *mark = strchr(text, '@');
    char *clean = malloc(length + 1);
    if (clean == NULL) {
        fail("malloc");
    }
    memcpy(clean, text, length + 1);
    fixture->line = fixture->column = 0;
    if (mark != NULL) {
        size_t offset = (size_t)(mark - text);
        memmove(clean + offset, clean + offset + 1, length - offset);
        length--;
        scan_position(clean, offset, &fixture->line, &fixture->column);
    }
    const char *path = fixture_write(fixture, "description.xml", clean, length);
    snprintf(fixture->path, sizeof fixture->path, "%s", path);
    free(clean);
}

static bool run(struct fixture *fixture, struct options *options)
{
    diag_free(&fixture->diag);
    *LIST_PUSH(&options->search.folders) = fixture->folder;
    bool done = compose(options, &fixture->diag);
    options_free(options);
    return done;
}

bool fixture_system(struct fixture *fixture, const char *text, struct options options)
{
    write_marked(fixture, text);
    options.check = true;
    options.system = fixture->path;
    return run(fixture, &options);
}

bool fixture_product(struct fixture *fixture, const char *text, const char *board, struct options options)
{
    char path[160];
    write_marked(fixture, text);
    snprintf(path, sizeof path, "%s", fixture_write(fixture, "board.xml", board, strlen(board)));
    options.check = true;
    options.product = fixture->path;
    options.board = path;
    return run(fixture, &options);
}

char *fixture_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    if (file == NULL || text == NULL) {
        fail(path);
    }
    if (fread(text, 1, (1 << 20) - 1, file) == 0) {
        fail(path);
    }
    fclose(file);
    return text;
}

const char *fixture_wrap(const char *before, const char *text, const char *after)
{
    static char whole[1 << 17];
    snprintf(whole, sizeof whole, "%s%s%s", before, text, after);
    return whole;
}
