/* The test vectors that every language runs. */
#include "check.h"
#include "json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_KEYS 8

static const char *file_name;

static const char *text(const json *value) { return value == NULL || value->text == NULL ? "" : value->text; }
static size_t text_len(const json *value) { return value == NULL ? 0 : value->len; }

static int64_t seconds(const json *value) { return value == NULL ? -1 : (int64_t)value->number; }

/* The outcome of a call that gives text: the wanted text, or an error of the wanted kind. */
static void expect_text(const json *test, const char *wanted, int32_t status, safelight_bytes *out) {
    const char *name = text(json_get(test, "name")), *got = safelight_bytes_data(out);
    const json *error = json_get(test, "error");
    if (error != NULL) {
        check_vector(json_is_text(error, safelight_kind_name(status)), file_name, name, safelight_kind_name(status));
    } else {
        bool good = status == SAFELIGHT_OK && json_is_text(json_get(test, wanted), got);
        check_vector(good, file_name, name, got == NULL ? safelight_kind_name(status) : got);
    }
    safelight_bytes_free(out);
}

static void sign(const json *test) {
    const json *path = json_get(test, "path"), *key = json_get(test, "key");
    safelight_bytes *out = NULL;
    int32_t status = safelight_sign(text(path), text_len(path), text(key), text_len(key),
                                    seconds(json_get(test, "expires")), &out, NULL);
    expect_text(test, "signed", status, out);
}

static void verify(const json *test) {
    const json *path = json_get(test, "path"), *keys = json_get(test, "keys");
    const json *error = json_get(test, "error");
    const char *texts[MOST_KEYS], *got = NULL;
    size_t lens[MOST_KEYS], count = keys == NULL ? 0 : keys->count;
    for (size_t i = 0; i < count && i < MOST_KEYS; i++) {
        texts[i] = text(keys->items[i]);
        lens[i] = text_len(keys->items[i]);
    }
    got = safelight_kind_name(safelight_verify(text(path), text_len(path), texts, lens, count,
                                               seconds(json_get(test, "now")), NULL));
    check_vector(count <= MOST_KEYS && (error == NULL ? strcmp(got, "OK") == 0 : json_is_text(error, got)),
                 file_name, text(json_get(test, "name")), got);
}

static void signature(const json *test) {
    if (json_is_text(json_get(test, "op"), "sign")) {
        sign(test);
    } else {
        verify(test);
    }
}

typedef struct {
    const char *file;
    void (*run)(const json *test);
} runner;

static const runner runners[] = {
    {"signatures.json", signature},
};

static void run_file(const char *folder, const runner *chosen) {
    size_t len = 0;
    char *source = (char *)read_file(folder, chosen->file, &len);
    json *file = json_parse(source, len);
    const json *cases = json_get(file, "cases");
    CHECK(cases != NULL && cases->count > 0);
    file_name = chosen->file;
    for (size_t i = 0; cases != NULL && i < cases->count; i++) chosen->run(cases->items[i]);
    json_free(file);
    free(source);
}

static const runner *find_runner(const char *name) {
    for (size_t i = 0; i < sizeof runners / sizeof *runners; i++) {
        if (strcmp(runners[i].file, name) == 0) return &runners[i];
    }
    return NULL;
}

void test_vectors(const char *folder) {
    DIR *files = opendir(folder);
    struct dirent *entry = NULL;
    CHECK(files != NULL);
    while (files != NULL && (entry = readdir(files)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        const runner *found = find_runner(entry->d_name);
        if (dot == NULL || strcmp(dot, ".json") != 0) continue;
        if (check_vector(found != NULL, entry->d_name, "the C tests know this file", "none")) run_file(folder, found);
    }
    if (files != NULL) closedir(files);
}
