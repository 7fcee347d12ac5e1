/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking a board and configuration up in the SDK: the folders there are the choices.
 */
#include "sdk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

/* The folder above bin/, in which this program lies. */
static const char *above_program(struct arena *arena)
{
    char path[PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0 || length == sizeof path) {
        return NULL;
    }
    path[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            return NULL;
        }
        *slash = '\0';
    }
    return arena_copy(arena, path, strlen(path));
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the folders in a folder, sorted and joined by commas. */
static const char *list_folders(struct arena *arena, const char *path)
{
    LIST(const char *) names = {0};
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' && is_folder(arena_print(arena, "%s/%s", path, entry->d_name))) {
            *LIST_PUSH(&names) = arena_copy(arena, entry->d_name, strlen(entry->d_name));
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    const char *joined = "";
    if (names.count > 0) {
        qsort(names.at, names.count, sizeof *names.at, by_name);
        joined = names.at[0];
    }
    for (size_t i = 1; i < names.count; i++) {
        joined = arena_print(arena, "%s, %s", joined, names.at[i]);
    }
    free(names.at);
    return joined;
}

/* Why a configuration that Microkit has is not in this SDK, or nothing. */
static const char *reason(const char *argument, const char *choice)
{
    if (strcmp(argument, "--config") != 0) {
        return "";
    }
    return strncmp(choice, "smp-", 4) == 0    ? ": the kernel runs on one processor"
           : strcmp(choice, "benchmark") == 0 ? ": the kernel does not track utilisation"
                                              : "";
}

/* The folder called choice in parent, or NULL after saying which there are. */
static const char *choose(struct arena *arena, const char *argument, const char *parent, const char *choice)
{
    const char *path = arena_print(arena, "%s/%s", parent, choice);
    if (choice[0] != '\0' && choice[0] != '.' && strchr(choice, '/') == NULL && is_folder(path)) {
        return path;
    }
    microkit_complain("argument %s: invalid choice: '%s' (choose from %s)%s", argument, choice,
                      list_folders(arena, parent), reason(argument, choice));
    return NULL;
}

bool sdk_resolve(struct microkit_options *options, struct arena *arena)
{
    const char *root = getenv("MICROKIT_SDK");
    root = root != NULL && root[0] != '\0' ? root : above_program(arena);
    const char *boards = root == NULL ? NULL : arena_print(arena, "%s/board", root);
    if (boards == NULL || !is_folder(boards)) {
        microkit_complain("'%s' is not an SDK: it has no folder board (set MICROKIT_SDK)",
                          root == NULL ? "" : root);
        return false;
    }
    const char *board = choose(arena, "--board", boards, options->board);
    const char *config = board == NULL ? NULL : choose(arena, "--config", board, options->config);
    if (config == NULL) {
        return false;
    }
    struct options *compose = &options->compose;
    compose->board = arena_print(arena, "%s/board.xml", config);
    compose->loader = arena_print(arena, "%s/elf/loader.bin", config);
    compose->initialiser = arena_print(arena, "%s/elf/initialiser.elf", config);
    if (compose->kernel == NULL) {
        compose->kernel = arena_print(arena, "%s/elf/kernel.elf", config);
    }
    return true;
}
