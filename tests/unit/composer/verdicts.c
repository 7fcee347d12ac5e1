/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the verdict suite's files and expanding their snippets.
 */
#include "verdicts.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "text.h"

#define FILES "tests/unit/composer/verdicts/*.cases"

static const struct {
    const char *name, *text;
} snippets[] = {
    {"{P}", "<program_image path='p'/>"},
    {"{A}", "<protection_domain name='a'><program_image path='p'/>"},
    {"{B}", "<protection_domain name='b'><program_image path='p'/>"},
    {"{/}", "</protection_domain>"},
    {"{TWO}", "<protection_domain name='a' priority='2'><program_image path='p'/></protection_domain>\n"
              "<protection_domain name='b' priority='1'><program_image path='p'/></protection_domain>\n"},
    {"{M}", "<memory_region name='m' size='0x1000'/>\n"},
    {"{ENTRY}", "<schedule_entry domain='d' duration='10 us'/>"},
    {"{MEMORY}", "<memory base='0x80000000' size='0x8000000'/>"},
    {"{IMAGE}", "<image base='0x80200000'/>"},
    /* uart drives a device; a sends to b through a ring and calls s; b keeps a secret. */
    {"{GATEWAY}", "<gateway name='t'>\n<component name='s' program='s.elf' priority='9'/>\n"
                  "<component name='uart' program='u.elf' priority='8' kind='driver'><device name='uart0' "
                  "as='dev'/></component>\n"
                  "<component name='a' program='a.elf' priority='7'/>\n"
                  "<component name='b' program='b.elf' priority='6'><config name='secret' "
                  "file='data.bin'/></component>\n"
                  "<ring name='r' producer='a' consumer='b' slots='8' slot_size='64'/>\n"
                  "<ring name='out' producer='b' consumer='uart' slots='8' slot_size='64'/>\n"
                  "<call name='srv' client='a' server='s'/>\n<call name='srv' client='b' server='s'/>\n"},
};

struct reader {
    struct arena *arena;
    LIST(struct verdict_case) cases;
    const char *file;
    unsigned line;
};

_Noreturn static void malformed(const struct reader *reader, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", reader->file, reader->line, what);
    abort();
}

static const char *keep(const struct reader *reader, const char *text)
{
    return arena_copy(reader->arena, text, strlen(text));
}

static void add_snippets(struct text *out, const char *from, const char *end, unsigned index)
{
    while (from < end) {
        size_t known = 0, count = sizeof snippets / sizeof *snippets;
        while (known < count && strncmp(from, snippets[known].name, strlen(snippets[known].name)) != 0) {
            known++;
        }
        if (known < count) {
            text_add(out, "%s", snippets[known].text);
            from += strlen(snippets[known].name);
        } else if (*from == '#' && index != 0) {
            text_add(out, "%u", index - 1);
            from++;
        } else {
            text_add(out, "%c", *from++);
        }
    }
}

/* Snippets and repetitions. */
static void add_expanded(const struct reader *reader, struct text *out, const char *from)
{
    const char *start;
    while ((start = strstr(from, "{*")) != NULL) {
        char *body;
        unsigned long count = strtoul(start + 2, &body, 10);
        const char *end = strstr(start, "*}");
        if (end == NULL || *body != ' ') {
            malformed(reader, "repetition without end");
        }
        add_snippets(out, from, start, 0);
        for (unsigned i = 1; i <= count; i++) {
            add_snippets(out, body + 1, end, i);
        }
        from = end + 2;
    }
    add_snippets(out, from, from + strlen(from), 0);
}

static void finish(struct reader *reader, struct verdict_case *test, struct text *raw)
{
    static const char *const head[] = {"<system>\n", "", "{GATEWAY}", ""};
    static const char *const tail[] = {"</system>", "", "</gateway>", ""};
    struct text out = {0};
    if (raw->bytes.count == 0) {
        malformed(reader, "a case without text");
    }
    add_expanded(reader, &out, head[test->kind]);
    add_expanded(reader, &out, text_get(raw));
    add_expanded(reader, &out, tail[test->kind]);
    test->text = keep(reader, text_get(&out));
    text_free(&out);
    text_free(raw);
}

static void read_header(struct reader *reader, char *line)
{
    static const char *const verdicts[] = {"accept", "warn", "reject"};
    static const char *const kinds[] = {"system", "document", "gateway", "board"};
    struct verdict_case *test = LIST_PUSH(&reader->cases);
    char *message = strstr(line, ": ");
    if (message != NULL) {
        *message = '\0';
        test->message = keep(reader, message + 2);
    }
    char *word = strtok(line, " "), *rule = strtok(NULL, " ");
    int verdict = 0;
    while (verdict < 3 && (word == NULL || strcmp(word, verdicts[verdict]) != 0)) {
        verdict++;
    }
    if (verdict == 3 || rule == NULL) {
        malformed(reader, "a case begins with accept, warn or reject and a rule");
    }
    test->verdict = (enum verdict)verdict;
    test->rule = keep(reader, rule);
    test->file = keep(reader, reader->file);
    test->line = reader->line;
    while ((word = strtok(NULL, " ")) != NULL) {
        int kind = 0;
        while (kind < 4 && strcmp(word, kinds[kind]) != 0) {
            kind++;
        }
        test->no_schema = test->no_schema || strcmp(word, "noschema") == 0;
        if (kind < 4) {
            test->kind = (enum verdict_kind)kind;
        } else if (strcmp(word, "noschema") != 0) {
            malformed(reader, "unknown word in the header");
        }
    }
}

static void read_file(struct reader *reader, const char *path)
{
    char *text = fixture_read(path), *at = text;
    struct text raw = {0};
    bool open = false;
    reader->file = path;
    for (reader->line = 1; *at != '\0'; reader->line++) {
        char *end = strchr(at, '\n');
        if (end == NULL) {
            malformed(reader, "the last line does not end");
        }
        *end = '\0';
        if (at[0] == '\0' && open) {
            finish(reader, &reader->cases.at[reader->cases.count - 1], &raw);
            open = false;
        } else if (open) {
            text_add(&raw, "%s\n", at);
        } else if (at[0] != '\0' && at[0] != '#') {
            read_header(reader, at);
            open = true;
        }
        at = end + 1;
    }
    if (open) {
        finish(reader, &reader->cases.at[reader->cases.count - 1], &raw);
    }
    free(text);
}

struct verdict_case *verdicts_read(struct arena *arena)
{
    struct reader reader = {.arena = arena};
    glob_t files;
    if (glob(FILES, 0, NULL, &files) != 0) {
        malformed(&reader, "no files of cases");
    }
    for (size_t i = 0; i < files.gl_pathc; i++) {
        read_file(&reader, files.gl_pathv[i]);
    }
    globfree(&files);
    LIST_PUSH(&reader.cases)->rule = NULL;
    return reader.cases.at;
}
