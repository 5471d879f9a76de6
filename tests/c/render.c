/* The verbs on pixels. */
#include "check.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t *photo;
static size_t photo_len;

static int32_t render(const char *options, const char *headers, const safelight_job *job,
                      safelight_image **out, safelight_error **error) {
    return safelight_render(NULL, photo, photo_len, options, strlen(options), headers,
                            headers == NULL ? 0 : strlen(headers), job, out, error);
}

static bool member_is(const json *object, const char *name, double number) {
    const json *member = json_get(object, name);
    return member != NULL && member->type == JSON_NUMBER && member->number == number;
}

static void a_picture_is_rendered_and_described(void) {
    safelight_image *image = NULL;
    json *info = NULL;
    if (!CHECK(render("width=64,format=jpeg,quality=70,wdith=3", NULL, NULL, &image, NULL) == SAFELIGHT_OK)) return;
    CHECK(safelight_image_width(image) == 64 && safelight_image_height(image) == 43);
    CHECK(same(safelight_image_format(image), "jpeg"));
    CHECK(safelight_image_len(image) > 100 && memcmp(safelight_image_data(image), "\xff\xd8\xff", 3) == 0);
    CHECK(strlen(safelight_image_info(image)) == safelight_image_info_len(image));
    info = json_parse(safelight_image_info(image), safelight_image_info_len(image));
    CHECK(json_is_text(json_get(info, "mime"), "image/jpeg"));
    CHECK(member_is(info, "size", (double)safelight_image_len(image)));
    CHECK(member_is(info, "quality", 70) && member_is(info, "height", 43));
    CHECK(member_is(json_get(info, "source"), "width", 320));
    CHECK(json_get(info, "warnings") != NULL && json_get(info, "warnings")->count == 1);
    json_free(info);
    safelight_image_free(image);
    CHECK(safelight_image_data(image) == NULL && safelight_image_len(image) == 0);
}

static void a_picture_is_probed(void) {
    safelight_bytes *out = NULL;
    json *probe = NULL;
    CHECK(safelight_probe(NULL, photo, photo_len, &out, NULL) == SAFELIGHT_OK);
    probe = json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
    CHECK(json_is_text(json_get(probe, "format"), "jpeg"));
    CHECK(member_is(probe, "width", 320) && member_is(probe, "height", 213));
    json_free(probe);
    safelight_bytes_free(out);
}

static void a_plan_is_explained(void) {
    const char *options = "h=50,w=64";
    safelight_bytes *out = NULL;
    json *plan = NULL;
    CHECK(safelight_explain(NULL, photo, photo_len, options, strlen(options), NULL, 0, NULL, &out, NULL) ==
          SAFELIGHT_OK);
    plan = json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
    CHECK(json_is_text(json_get(plan, "key"), "width=64,height=50"));
    CHECK(json_get(plan, "plan") != NULL && json_get(plan, "source") != NULL);
    json_free(plan);
    safelight_bytes_free(out);
}

static void json_options_and_text_options_give_the_same_bytes(void) {
    safelight_image *text = NULL, *object = NULL;
    CHECK(render("width=40,format=png", NULL, NULL, &text, NULL) == SAFELIGHT_OK);
    CHECK(render("{\"width\":40,\"format\":\"png\"}", NULL, NULL, &object, NULL) == SAFELIGHT_OK);
    CHECK(safelight_image_len(text) == safelight_image_len(object));
    CHECK(safelight_image_len(text) > 0 &&
          memcmp(safelight_image_data(text), safelight_image_data(object), safelight_image_len(text)) == 0);
    safelight_image_free(text);
    safelight_image_free(object);
}

static void the_accept_header_decides_the_automatic_format(void) {
    safelight_image *image = NULL;
    CHECK(render("width=40,format=auto", "Host: a.example\r\naccept: image/webp\r\n", NULL, &image, NULL) ==
          SAFELIGHT_OK);
    CHECK(same(safelight_image_format(image), "webp"));
    safelight_image_free(image);
}

/* The kind of the error, whose message must hold `part`. */
static void fails(const char *options, int32_t kind, const char *part) {
    safelight_image *image = NULL;
    safelight_error *error = NULL;
    CHECK(render(options, NULL, NULL, &image, &error) == kind && image == NULL);
    if (!CHECK(error != NULL && says(error, part))) {
        printf("  %s: %s\n", options, safelight_error_message(error));
    }
    CHECK(kind_of(error) == kind);
}

static void errors_say_what_was_expected(void) {
    safelight_bytes *out = NULL;
    safelight_error *error = NULL;
    fails("width=0", SAFELIGHT_INVALID, "width: expected 1 to 20000, got 0");
    fails("{\"width\":", SAFELIGHT_INVALID, "JSON");
    fails("format=\xff", SAFELIGHT_INVALID, "UTF-8");
    CHECK(safelight_probe(NULL, (const uint8_t *)"no picture", 10, &out, &error) == SAFELIGHT_UNSUPPORTED);
    CHECK(kind_of(error) == SAFELIGHT_UNSUPPORTED);
    CHECK(safelight_probe(NULL, photo, 20, &out, &error) == SAFELIGHT_MALFORMED);
    CHECK(kind_of(error) == SAFELIGHT_MALFORMED && out == NULL);
}

static void an_engine_keeps_its_limits(void) {
    const char *limits = "{\"source_pixels\":1000}";
    safelight_engine *engine = NULL;
    safelight_image *image = NULL;
    CHECK(safelight_engine_new(limits, strlen(limits), &engine, NULL) == SAFELIGHT_OK);
    CHECK(safelight_render(engine, photo, photo_len, NULL, 0, NULL, 0, NULL, &image, NULL) ==
          SAFELIGHT_TOO_LARGE);
    safelight_engine_free(engine);
}

static void a_cancelled_job_stays_cancelled(void) {
    safelight_job *job = NULL;
    safelight_image *image = NULL;
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK);
    CHECK(render("width=8", NULL, job, &image, NULL) == SAFELIGHT_OK);
    safelight_image_free(image);
    safelight_job_cancel(job);
    CHECK(render("width=8", NULL, job, &image, NULL) == SAFELIGHT_CANCELLED);
    CHECK(render("width=8", NULL, job, &image, NULL) == SAFELIGHT_CANCELLED);
    safelight_job_free(job);
}

static void a_deadline_counts_from_the_making_of_the_job(void) {
    safelight_job *job = NULL;
    safelight_image *image = NULL;
    CHECK(safelight_job_new(1, &job, NULL) == SAFELIGHT_OK);
    usleep(5000);
    CHECK(render("width=8", NULL, job, &image, NULL) == SAFELIGHT_TIMEOUT);
    safelight_job_free(job);
    CHECK(safelight_job_new(UINT64_MAX, &job, NULL) == SAFELIGHT_OK);
    CHECK(render("width=8", NULL, job, &image, NULL) == SAFELIGHT_OK);
    safelight_image_free(image);
    safelight_job_free(job);
}

static long resident_pages(void) {
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2) resident = -1;
    if (file != NULL) fclose(file);
    return resident;
}

static bool render_once(int i) {
    static const char *const options[] = {"width=64,format=jpeg", "width=50,format=png", "width=0"};
    safelight_image *image = NULL;
    safelight_error *error = NULL;
    int32_t status = render(options[i % 3], NULL, NULL, &image, &error);
    bool good = (i % 3 == 2) ? kind_of(error) == status : safelight_image_len(image) > 0;
    safelight_image_free(image);
    return good;
}

static void memory_stays_flat_over_many_renders(void) {
    long before = 0, growth = 0;
    bool good = true;
    for (int i = 0; i < rounds() / 5; i++) good = render_once(i) && good;
    before = resident_pages();
    for (int i = 0; i < rounds(); i++) good = render_once(i) && good;
    growth = (resident_pages() - before) * sysconf(_SC_PAGESIZE) / 1024;
    CHECK(good);
    /* Checkers that keep freed memory set fewer rounds. */
    if (rounds() >= 1000 && !CHECK(before > 0 && growth < 2048)) printf("  grew by %ld KiB\n", growth);
}

void test_render(void) {
    photo = read_file(images, "photo.jpg", &photo_len);
    a_picture_is_rendered_and_described();
    a_picture_is_probed();
    a_plan_is_explained();
    json_options_and_text_options_give_the_same_bytes();
    the_accept_header_decides_the_automatic_format();
    errors_say_what_was_expected();
    an_engine_keeps_its_limits();
    a_cancelled_job_stays_cancelled();
    a_deadline_counts_from_the_making_of_the_job();
    memory_stays_flat_over_many_renders();
    free(photo);
}
