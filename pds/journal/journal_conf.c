/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and checks the journal's configuration. */
#include "journal_conf.h"
#include <postern/kv.h>
#include <stdio.h>
#include <string.h>

#define MS_NS       UINT64_C(1000000)
#define POLICY_SIZE 16

enum {
    POLICY,
    COMMIT_READINGS,
    COMMIT_MS,
    RELEASE_MS,
    THIN_PERCENT,
    THIN_KEEP,
    SEGMENT_KIB,
    DEAD_READINGS,
    FIELDS
};

struct numbers {
    uint64_t commit_readings, commit_ms, release_ms, thin_percent, thin_keep, segment_kib, dead_readings;
};

static const struct numbers defaults = {.commit_readings = 3,
                                        .commit_ms = 20,
                                        .release_ms = 1000,
                                        .thin_keep = 10,
                                        .dead_readings = RECORD_LETTERS};

static const char *const policies[] = {
    [STORE_DROP_OLDEST] = "drop-oldest", [STORE_DROP_NEWEST] = "drop-newest", [STORE_HOLD] = "hold"};
#define POLICIES (sizeof policies / sizeof policies[0])

static void fill(struct journal_conf *conf, const struct numbers *n, enum store_policy policy)
{
    *conf = (struct journal_conf){.settings = {.policy = policy,
                                               .commit_readings = (uint32_t)n->commit_readings,
                                               .commit_ns = n->commit_ms * MS_NS,
                                               .release_ns = n->release_ms * MS_NS,
                                               .thin_percent = (uint32_t)n->thin_percent,
                                               .thin_keep = (uint32_t)n->thin_keep,
                                               .dead_readings = (uint32_t)n->dead_readings},
                                  .segment_size = (uint32_t)(n->segment_kib * 1024)};
}

static bool find_policy(const char *name, enum store_policy *policy)
{
    for (unsigned i = 0; i < POLICIES; i++) {
        if (strcmp(name, policies[i]) == 0) {
            *policy = (enum store_policy)i;
            return true;
        }
    }
    return false;
}

static bool refuse(char *error, unsigned line, const char *key, const char *what)
{
    (void)snprintf(error, JOURNAL_ERROR_SIZE, "journal.conf line %u: %s: %s", line, key, what);
    return false;
}

#define NUMBER(field, least, most)                                                          \
    {                                                                                       \
        .key = #field, .type = KV_NUMBER, .number = &n.field, .min = (least), .max = (most) \
    }

bool journal_conf_read(struct journal_conf *conf, const char *text, size_t size,
                       char error[JOURNAL_ERROR_SIZE])
{
    struct numbers n = defaults;
    char name[POLICY_SIZE] = "drop-oldest";
    enum store_policy policy = STORE_DROP_OLDEST;
    struct kv_field fields[FIELDS] = {
        [POLICY] = {.key = "policy", .type = KV_TEXT, .text = name, .max = sizeof name},
        [COMMIT_READINGS] = NUMBER(commit_readings, 1, RECORD_READINGS),
        [COMMIT_MS] = NUMBER(commit_ms, 0, 60000),
        [RELEASE_MS] = NUMBER(release_ms, 10, 600000),
        [THIN_PERCENT] = NUMBER(thin_percent, 0, 100),
        [THIN_KEEP] = NUMBER(thin_keep, 1, 1000),
        [SEGMENT_KIB] = NUMBER(segment_kib, 0, 65536),
        [DEAD_READINGS] = NUMBER(dead_readings, 0, RECORD_LETTERS),
    };
    fill(conf, &defaults, STORE_DROP_OLDEST);
    struct kv_result result = kv_parse(text, size, fields, FIELDS);
    if (result.error != KV_OK) {
        return refuse(error, result.line, result.key, kv_error_text(result.error));
    }
    if (!find_policy(name, &policy)) {
        return refuse(error, fields[POLICY].line, "policy", "not drop-oldest, drop-newest or hold");
    }
    fill(conf, &n, policy);
    return true;
}
