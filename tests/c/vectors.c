/* The test vectors that every language runs. */
#include "check.h"
#include "json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_KEYS 8

static const char *file_name;
static uint8_t *photo;
static size_t photo_len;

static const char *text(const json *value) { return value == NULL || value->text == NULL ? "" : value->text; }
static size_t text_len(const json *value) { return value == NULL ? 0 : value->len; }

static const char *raw(const json *value) { return value == NULL ? NULL : value->raw; }
static size_t raw_len(const json *value) { return value == NULL ? 0 : value->raw_len; }

static int64_t seconds(const json *value) { return value == NULL ? -1 : (int64_t)value->number; }

/* The outcome of a call: what the test wants of its text, or an error of the wanted kind. */
static void expect(const json *test, bool good, int32_t status, safelight_bytes *out) {
    const char *kind = safelight_kind_name(status), *got = safelight_bytes_data(out);
    const json *error = json_get(test, "error");
    check_vector(error == NULL ? status == SAFELIGHT_OK && good : json_is_text(error, kind), file_name,
                 text(json_get(test, "name")), got == NULL ? kind : got);
    safelight_bytes_free(out);
}

static json *answer(const safelight_bytes *out) {
    return json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
}

/* As expect(), for a call that gives JSON. */
static void expect_json(const json *test, const char *wanted, int32_t status, safelight_bytes *out) {
    json *got = answer(out);
    expect(test, json_equal(json_get(test, wanted), got), status, out);
    json_free(got);
}

static void sign(const json *test) {
    const json *path = json_get(test, "path"), *key = json_get(test, "key");
    safelight_bytes *out = NULL;
    int32_t status = safelight_sign(text(path), text_len(path), text(key), text_len(key),
                                    seconds(json_get(test, "expires")), &out, NULL);
    expect(test, json_is_text(json_get(test, "signed"), safelight_bytes_data(out)), status, out);
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

static void url(const json *test) {
    const json *link = json_get(test, "text"), *parts = json_get(test, "url");
    safelight_bytes *out = NULL;
    int32_t status = 0;
    if (json_is_text(json_get(test, "op"), "parse")) {
        status = safelight_parse_url(text(link), text_len(link), 0, &out, NULL);
        expect_json(test, "url", status, out);
    } else {
        status = safelight_build_url(raw(parts), raw_len(parts), &out, NULL);
        expect(test, json_is_text(link, safelight_bytes_data(out)), status, out);
    }
}

static void negotiation(const json *test) {
    const json *request = json_get(test, "request");
    safelight_bytes *out = NULL;
    int32_t status = safelight_negotiate(raw(request), raw_len(request), &out, NULL);
    expect_json(test, "result", status, out);
}

#define MOST_STORED 2

/* What a cache holds for one URL, as JSON. */
typedef struct {
    char stored[MOST_STORED][240];
    size_t count;
} cache;

/* The request of a step: rules, path and accept, and what comes behind them. */
static size_t vary_json(char *out, size_t size, const json *test, const char *accept, const char *rest) {
    const json *rules = json_get(test, "rules"), *path = json_get(test, "path");
    int len = snprintf(out, size, "{\"rules\":%.*s,\"path\":%.*s,\"accept\":%s%s}", (int)raw_len(rules), raw(rules),
                       (int)raw_len(path), raw(path), accept, rest);
    return len < 0 || (size_t)len >= size ? 0 : (size_t)len;
}

/* A member as it stands in JSON. */
static const char *as_json(char *out, size_t size, const json *object, const char *name) {
    const json *value = json_get(object, name);
    snprintf(out, size, "%.*s", value == NULL ? 4 : (int)raw_len(value), value == NULL ? "null" : raw(value));
    return out;
}

/* Asks the origin as `asked` says; its answer is judged and perhaps kept. */
static bool vary_ask(const json *test, const json *step, const json *asked, cache *held) {
    char sent[600], type[100], vary[100], rest[300], request[2000];
    safelight_bytes *out = NULL;
    json *answered = NULL;
    bool good = false;
    as_json(sent, sizeof sent, json_get(asked, "accept") == NULL ? step : asked, "accept");
    as_json(type, sizeof type, step, "content_type");
    as_json(vary, sizeof vary, step, "vary");
    snprintf(rest, sizeof rest, ",\"content_type\":%s,\"vary\":%s", type, vary);
    safelight_vary_response(request, vary_json(request, sizeof request, test, sent, rest), &out, NULL);
    answered = answer(out);
    good = json_equal(json_get(step, "status"), json_get(answered, "status")) &&
           same(as_json(request, sizeof request, step, "sent"), sent);
    if (json_get(answered, "store") != NULL && json_get(answered, "store")->type == JSON_TRUE) {
        as_json(vary, sizeof vary, answered, "accept");
        snprintf(held->stored[held->count++], sizeof held->stored[0], "{\"accept\":%s,\"content_type\":%s}", vary, type);
    }
    json_free(answered);
    safelight_bytes_free(out);
    return good;
}

static bool vary_step(const json *test, const json *step, cache *held) {
    char accept[600], rest[600], request[2000];
    safelight_bytes *out = NULL;
    json *asked = NULL;
    bool good = false;
    as_json(accept, sizeof accept, step, "accept");
    snprintf(rest, sizeof rest, ",\"stored\":[%s%s%s]", held->stored[0], held->count > 1 ? "," : "", held->stored[1]);
    safelight_vary_request(request, vary_json(request, sizeof request, test, accept, rest), &out, NULL);
    asked = answer(out);
    if (json_get(asked, "chosen") == NULL) {
        good = asked != NULL && vary_ask(test, step, asked, held);
    } else {
        good = json_is_text(json_get(step, "status"), "HIT") && json_get(step, "sent") == NULL;
    }
    json_free(asked);
    safelight_bytes_free(out);
    return good;
}

static void vary(const json *test) {
    const json *request = json_get(test, "request");
    safelight_bytes *out = NULL;
    if (json_is_text(json_get(test, "op"), "request")) {
        int32_t status = safelight_vary_request(raw(request), raw_len(request), &out, NULL);
        expect_json(test, "result", status, out);
    } else if (json_is_text(json_get(test, "op"), "response")) {
        int32_t status = safelight_vary_response(raw(request), raw_len(request), &out, NULL);
        expect_json(test, "result", status, out);
    } else if (json_is_text(json_get(test, "op"), "headers")) {
        int32_t status = safelight_vary_headers(raw(request), raw_len(request), &out, NULL);
        expect_json(test, "result", status, out);
    } else {
        cache held = {0};
        bool good = vary_step(test, json_get(test, "first"), &held);
        if (json_get(test, "purge") != NULL) memset(&held, 0, sizeof held);
        good = vary_step(test, json_get(test, "second"), &held) && good;
        check_vector(good, file_name, text(json_get(test, "name")), "another outcome");
    }
}

/* Whether the wanted warnings stand first among those that came. */
static bool warns(const json *wanted, const json *got) {
    size_t count = wanted == NULL ? 0 : wanted->count;
    if (got == NULL || got->count < count) return false;
    for (size_t i = 0; i < count; i++) {
        if (!json_equal(wanted->items[i], got->items[i])) return false;
    }
    return true;
}

/* Whether an explanation has the canonical text, and the parser's warnings before the plan's. */
static bool explains(const json *test, const json *explained) {
    return json_equal(json_get(test, "canonical"), json_get(explained, "key")) &&
           warns(json_get(test, "warnings"), json_get(explained, "warnings"));
}

/* A lenient reading is a matter of URLs: what is left of the options, and what was left out. */
static void lenient(const json *test) {
    const json *asked = json_get(test, "options");
    char link[2000] = {0};
    safelight_bytes *out = NULL;
    json *parts = NULL;
    bool good = false;
    int len = snprintf(link, sizeof link, "/cdn-cgi/image/%s/a.jpg", text(asked));
    int32_t status = safelight_parse_url(link, (size_t)len, 1, &out, NULL);
    const json *error = json_get(test, "error");
    parts = answer(out);
    if (error != NULL) {
        good = same(text(json_get(error, "kind")), safelight_kind_name(status));
    } else {
        good = json_equal(json_get(test, "canonical"), json_get(parts, "options")) &&
               warns(json_get(test, "warnings"), json_get(parts, "warnings"));
    }
    check_vector(good, file_name, text(json_get(test, "name")), safelight_bytes_data(out));
    json_free(parts);
    safelight_bytes_free(out);
}

/* Options have no verb of their own: explain tells how they were read. In C no text at all is no
 * options. */
static void options(const json *test) {
    const json *asked = json_get(test, "options"), *error = json_get(test, "error");
    const json *refused = error == NULL ? json_get(test, "refused") : error;
    const char *name = NULL;
    safelight_bytes *out = NULL;
    safelight_error *failure = NULL;
    json *explained = NULL;
    int32_t status = 0;
    if (json_get(test, "lenient") != NULL) {
        if (text_len(asked) > 0 && text(asked)[0] != '{') lenient(test);
        return;
    }
    if (text_len(asked) == 0) return;
    status = safelight_explain(NULL, photo, photo_len, text(asked), text_len(asked), NULL, 0, NULL, &out, &failure);
    explained = answer(out);
    name = text(json_get(test, "name"));
    if (refused == NULL) {
        const char *got = failure == NULL ? safelight_bytes_data(out) : safelight_error_message(failure);
        check_vector(explains(test, explained), file_name, name, got);
    } else {
        const char *got = safelight_error_message(failure);
        bool same_kind = same(text(json_get(refused, "kind")), safelight_kind_name(status));
        check_vector(same_kind && json_is_text(json_get(refused, "message"), got), file_name, name, got);
    }
    json_free(explained);
    safelight_bytes_free(out);
    safelight_error_free(failure);
}

static uint8_t *put(uint8_t *out, const char *bytes, size_t len) {
    memcpy(out, bytes, len);
    return out + len;
}

static uint8_t *put_number(uint8_t *out, unsigned number) {
    *out++ = (uint8_t)(number >> 8);
    *out++ = (uint8_t)number;
    return out;
}

#define PUT(out, bytes) put(out, bytes, sizeof bytes - 1)

/* A JPEG up to its first pixel: EXIF with the orientation, the frame, the scan. */
static void jpeg_header(uint8_t *out, unsigned width, unsigned height, unsigned orientation) {
    out = PUT(out, "\xff\xd8\xff\xe1\0\x22" "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    out = put_number(out, orientation);
    out = PUT(out, "\0\0\0\0\0\0\xff\xc0\0\x11\x08");
    out = put_number(put_number(out, height), width);
    out = PUT(out, "\x03\x01\x11\0\x02\x11\0\x03\x11\0\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0");
}

static bool is_number(const json *value, const json *wanted) {
    return value != NULL && value->type == JSON_NUMBER && json_equal(value, wanted);
}

static bool plans(const json *test, const json *explained) {
    const json *planned = json_get(explained, "plan"), *output = json_get(planned, "output");
    const json *wanted = json_get(test, "output"), *warnings = json_get(test, "warnings");
    const json *got = json_get(planned, "warnings"), *crop = json_get(test, "crop");
    if (wanted == NULL || wanted->count != 2 || got == NULL) return false;
    if (crop != NULL && !json_equal(crop, json_get(planned, "area"))) return false;
    if (warnings == NULL ? got->count != 0 : !json_equal(got, warnings)) return false;
    return is_number(json_get(output, "width"), wanted->items[0]) &&
           is_number(json_get(output, "height"), wanted->items[1]);
}

/* What explain says about a JPEG that is only a header. Other formats are planned alike, which
 * the library tests with headers of its own. */
static void plan(const json *test) {
    const json *asked = json_get(test, "options"), *turn = json_get(test, "orientation");
    uint8_t header[1000] = {0};
    unsigned width = 0, height = 0;
    safelight_bytes *out = NULL;
    json *explained = NULL;
    int32_t status = 0;
    if (json_get(test, "format") != NULL) return;
    CHECK(sscanf(text(json_get(test, "source")), "%ux%u", &width, &height) == 2);
    jpeg_header(header, width, height, turn == NULL ? 1 : (unsigned)turn->number);
    status = safelight_explain(NULL, header, sizeof header, text(asked), text_len(asked), NULL, 0, NULL, &out, NULL);
    explained = answer(out);
    expect(test, plans(test, explained), status, out);
    json_free(explained);
}

/* Whether a member of the wanted result is said; one that is not wanted is. */
static bool told(const json *result, const json *info, const char *name) {
    const json *wanted = json_get(result, name);
    return wanted == NULL || json_equal(wanted, json_get(info, name));
}

static bool polished(const json *test, const safelight_image *image, const uint8_t *source, size_t len) {
    const json *result = json_get(test, "result"), *smaller = json_get(test, "smaller");
    json *info = json_parse(safelight_image_info(image), safelight_image_info_len(image));
    size_t got = safelight_image_len(image);
    bool good = told(result, info, "status") && told(result, info, "format") && told(result, info, "mime") &&
                told(result, info, "header") && told(result, info, "bgj");
    if (smaller->raw_len == strlen("true")) good = good && got < len;
    else good = good && got == len && (len == 0 || memcmp(safelight_image_data(image), source, len) == 0);
    json_free(info);
    return good;
}

static void polish(const json *test) {
    const json *cut = json_get(test, "cut"), *asked = json_get(test, "options"), *limits = json_get(test, "limits");
    size_t len = 0;
    uint8_t *source = read_file(images, text(json_get(test, "source")), &len);
    safelight_engine *engine = NULL;
    safelight_image *image = NULL;
    if (cut != NULL) len = (size_t)cut->number;
    // Under valgrind the search for the smallest file takes longer than an engine's default time.
    const char *patient = "{\"time_ms\":0}";
    const char *given = limits == NULL ? patient : raw(limits);
    size_t given_len = limits == NULL ? strlen(patient) : raw_len(limits);
    CHECK(safelight_engine_new(given, given_len, &engine, NULL) == SAFELIGHT_OK);
    CHECK(safelight_polish(engine, source, len, raw(asked), raw_len(asked), NULL, &image, NULL) == SAFELIGHT_OK);
    check_vector(polished(test, image, source, len), file_name, text(json_get(test, "name")),
                 safelight_image_info(image));
    safelight_image_free(image);
    safelight_engine_free(engine);
    free(source);
}

/* Whether every image breaks the wanted rules, and the page is the wanted one. */
static bool mends(const json *test, const json *found) {
    const json *images = json_get(found, "images"), *wanted = json_get(test, "rules");
    const json *warnings = json_get(test, "warnings"), *said = json_get(found, "warnings");
    if (images == NULL || wanted == NULL || images->count != wanted->count || said == NULL) return false;
    for (size_t i = 0; i < images->count; i++) {
        const json *findings = json_get(images->items[i], "findings"), *rules = wanted->items[i];
        if (findings == NULL || findings->count != rules->count) return false;
        for (size_t j = 0; j < rules->count; j++) {
            if (!json_equal(json_get(findings->items[j], "rule"), rules->items[j])) return false;
        }
    }
    if (warnings == NULL ? said->count != 0 : !json_equal(said, warnings)) return false;
    return json_equal(json_get(test, "fixed"), json_get(found, "html"));
}

/* A page's files are given as assets, by their URLs. */
static void audit(const json *test) {
    const json *page = json_get(test, "html"), *request = json_get(test, "request");
    const json *files = json_get(test, "files");
    safelight_bytes *out = NULL;
    safelight_job *job = NULL;
    json *found = NULL;
    int32_t status = safelight_job_new(0, &job, NULL);
    CHECK(status == SAFELIGHT_OK);
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        size_t len = 0;
        uint8_t *data = read_file(images, text(files->items[i]), &len);
        const char *link = files->names[i];
        CHECK(safelight_job_add_asset(job, link, strlen(link), data, len, NULL) == SAFELIGHT_OK);
        free(data);
    }
    status = safelight_audit(NULL, text(page), text_len(page), raw(request), raw_len(request), job, &out, NULL);
    found = answer(out);
    expect(test, mends(test, found), status, out);
    json_free(found);
    safelight_job_free(job);
}

typedef struct {
    const char *file;
    void (*run)(const json *test);
} runner;

static const runner runners[] = {
    {"signatures.json", signature},
    {"urls.json", url},
    {"negotiation.json", negotiation},
    {"hints.json", negotiation},
    {"options.json", options},
    {"plans.json", plan},
    {"polish.json", polish},
    {"vary.json", vary},
    {"audit.json", audit},
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
    photo = read_file(images, "photo.jpg", &photo_len);
    while (files != NULL && (entry = readdir(files)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        const runner *found = find_runner(entry->d_name);
        if (dot == NULL || strcmp(dot, ".json") != 0) continue;
        if (check_vector(found != NULL, entry->d_name, "the C tests know this file", "none")) run_file(folder, found);
    }
    if (files != NULL) closedir(files);
    free(photo);
}
