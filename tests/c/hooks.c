/* What the host does for the library, and the verbs that came with it. */
#include "check.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int calls;
    int32_t status;
} host;

static uint8_t *photo;
static size_t photo_len;

static int32_t segment(void *user, const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *mask) {
    host *state = user;
    state->calls++;
    CHECK(pixels[3] == 255);
    memset(mask, 0, (size_t)width * height);
    mask[0] = 255;
    return state->status;
}

static int32_t upscale(void *user, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t to_width,
                       uint32_t to_height, uint8_t *larger) {
    host *state = user;
    state->calls++;
    CHECK(pixels != NULL && to_width > width && to_height > height);
    memset(larger, 0xff, (size_t)to_width * to_height * 4);
    return state->status;
}

static int32_t decode(void *user, const uint8_t *data, size_t len, uint32_t width, uint32_t height,
                      uint8_t *pixels) {
    host *state = user;
    state->calls++;
    CHECK(len > 8 && memcmp(data + 4, "ftyp", 4) == 0 && width == 40 && height == 64);
    memset(pixels, 0xff, (size_t)width * height * 4);
    return state->status;
}

static int32_t render(const safelight_engine *engine, const char *name, const char *options,
                      safelight_image **out, safelight_error **error) {
    size_t len = 0;
    uint8_t *data = read_file(images, name, &len);
    int32_t status = safelight_render(engine, data, len, options, strlen(options), NULL, 0, NULL, out, error);
    free(data);
    return status;
}

static void the_host_does_its_part(void) {
    static const struct {
        const char *image, *options;
    } cases[] = {
        {"rgb.png", "segment=foreground,format=png"},
        {"rgb.png", "upscale=generate,width=600,fit=contain"},
        {"turned.heic", "width=20"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        host state = {0, SAFELIGHT_OK};
        safelight_engine *engine = NULL;
        safelight_image *image = NULL;
        safelight_error *error = NULL;
        CHECK(safelight_engine_new_with_hooks(NULL, 0, segment, upscale, decode, &state, &engine, NULL) ==
              SAFELIGHT_OK);
        CHECK(render(engine, cases[i].image, cases[i].options, &image, NULL) == SAFELIGHT_OK);
        CHECK(state.calls == 1);
        safelight_image_free(image);
        image = NULL;
        state.status = SAFELIGHT_FORBIDDEN;
        CHECK(render(engine, cases[i].image, cases[i].options, &image, &error) == SAFELIGHT_FORBIDDEN);
        CHECK(says(error, "the hook of the host failed"));
        CHECK(kind_of(error) == SAFELIGHT_FORBIDDEN);
        state.status = 12345;
        CHECK(render(engine, cases[i].image, cases[i].options, &image, NULL) == SAFELIGHT_STORAGE);
        safelight_engine_free(engine);
        CHECK(render(NULL, cases[i].image, cases[i].options, &image, NULL) == SAFELIGHT_UNSUPPORTED);
        CHECK(image == NULL);
    }
}

static void an_asset_belongs_to_a_job(void) {
    safelight_job *job = NULL;
    CHECK(safelight_job_add_asset(NULL, "a", 1, photo, photo_len, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK);
    CHECK(safelight_job_add_asset(job, "a", 1, photo, photo_len, NULL) == SAFELIGHT_OK);
    CHECK(safelight_job_add_asset(job, "\xff", 1, photo, photo_len, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_job_add_asset(job, "b", 1, NULL, 4, NULL) == SAFELIGHT_INVALID);
    safelight_job_free(job);
    CHECK(safelight_job_add_asset(job, "a", 1, photo, photo_len, NULL) == SAFELIGHT_INVALID);
}

static void a_picture_is_described(void) {
    safelight_bytes *out = NULL;
    json *described = NULL;
    CHECK(safelight_describe(NULL, photo, photo_len, NULL, &out, NULL) == SAFELIGHT_OK);
    described = json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
    CHECK(json_is_text(json_get(described, "format"), "jpeg"));
    CHECK(json_get(described, "blurhash") != NULL && json_get(described, "palette")->count > 0);
    json_free(described);
    safelight_bytes_free(out);
    CHECK(safelight_describe(NULL, photo, 10, NULL, &out, NULL) == SAFELIGHT_MALFORMED);
}

static void markup_is_written(void) {
    static const char request[] = "{\"source\":\"/a.jpg\",\"width\":800,\"height\":600,\"alt\":\"<\"}";
    safelight_bytes *out = NULL;
    json *answer = NULL;
    CHECK(safelight_markup(request, sizeof request - 1, &out, NULL) == SAFELIGHT_OK);
    answer = json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
    CHECK(strstr(safelight_bytes_data(out), "alt=\\\"&lt;\\\"") != NULL);
    json_free(answer);
    safelight_bytes_free(out);
    CHECK(safelight_markup("{", 1, &out, NULL) == SAFELIGHT_INVALID);
}

static void a_lenient_reader_leaves_out_what_is_malformed(void) {
    static const char link[] = "/cdn-cgi/image/width=abc,height=9/a.jpg";
    safelight_bytes *out = NULL;
    json *parts = NULL;
    CHECK(safelight_parse_url(link, sizeof link - 1, 0, &out, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_parse_url(link, sizeof link - 1, 1, &out, NULL) == SAFELIGHT_OK);
    parts = json_parse(safelight_bytes_data(out), safelight_bytes_len(out));
    CHECK(json_is_text(json_get(parts, "options"), "height=9") && json_get(parts, "warnings")->count == 1);
    json_free(parts);
    safelight_bytes_free(out);
}

void test_hooks(void) {
    photo = read_file(images, "photo.jpg", &photo_len);
    the_host_does_its_part();
    an_asset_belongs_to_a_job();
    a_picture_is_described();
    markup_is_written();
    a_lenient_reader_leaves_out_what_is_malformed();
    free(photo);
}
