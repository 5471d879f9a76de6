/* Wrong handles and wrong pointers are errors, never accidents. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define LIVE 64

static safelight_job *new_job(void) {
    safelight_job *job = NULL;
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK && job != NULL);
    return job;
}

static safelight_engine *new_engine(void) {
    safelight_engine *engine = NULL;
    CHECK(safelight_engine_new(NULL, 0, &engine, NULL) == SAFELIGHT_OK && engine != NULL);
    return engine;
}

static safelight_bytes *new_bytes(void) {
    safelight_bytes *bytes = NULL;
    CHECK(safelight_backends(&bytes, NULL) == SAFELIGHT_OK && bytes != NULL);
    return bytes;
}

static safelight_error *new_error(void) {
    safelight_error *error = NULL;
    CHECK(safelight_panic_on_purpose(&error) == SAFELIGHT_INTERNAL && error != NULL);
    return error;
}

/* The status of a call that gets `engine` and `job` and nothing to render. */
static int32_t use(const safelight_engine *engine, const safelight_job *job) {
    safelight_image *image = NULL;
    int32_t status = safelight_render(engine, NULL, 0, NULL, 0, NULL, 0, job, &image, NULL);
    return image == NULL ? status : -1;
}

static void null_is_an_answer_everywhere(void) {
    CHECK(safelight_image_data(NULL) == NULL && safelight_image_len(NULL) == 0);
    CHECK(safelight_image_width(NULL) == 0 && safelight_image_height(NULL) == 0);
    CHECK(safelight_image_format(NULL) == NULL);
    CHECK(safelight_image_info(NULL) == NULL && safelight_image_info_len(NULL) == 0);
    CHECK(safelight_bytes_data(NULL) == NULL && safelight_bytes_len(NULL) == 0);
    CHECK(safelight_error_kind(NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_error_message(NULL) == NULL && safelight_error_message_len(NULL) == 0);
    CHECK(safelight_error_context(NULL) == NULL && safelight_error_context_len(NULL) == 0);
    safelight_job_cancel(NULL);
    safelight_engine_free(NULL);
    safelight_job_free(NULL);
    safelight_image_free(NULL);
    safelight_bytes_free(NULL);
    safelight_error_free(NULL);
}

static void a_call_without_out_is_invalid(void) {
    safelight_error *error = NULL;
    CHECK(safelight_engine_new(NULL, 0, NULL, &error) == SAFELIGHT_INVALID);
    CHECK(says(error, "out: "));
    CHECK(kind_of(error) == SAFELIGHT_INVALID);
    CHECK(safelight_job_new(0, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_backends(NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_render(NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_probe(NULL, NULL, 0, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_explain(NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_polish(NULL, NULL, 0, NULL, 0, NULL, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_sign("/a", 2, "k", 1, -1, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_parse_url("/a", 2, 0, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_build_url("{}", 2, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_negotiate("{}", 2, NULL, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_panic_on_purpose(NULL) == SAFELIGHT_INTERNAL);
}

static void a_freed_handle_is_invalid(void) {
    safelight_engine *engine = new_engine();
    safelight_job *job = new_job();
    safelight_bytes *bytes = new_bytes();
    safelight_error *error = new_error();
    CHECK(use(engine, job) != SAFELIGHT_INVALID);
    safelight_engine_free(engine);
    CHECK(use(engine, NULL) == SAFELIGHT_INVALID);
    safelight_job_free(job);
    CHECK(use(NULL, job) == SAFELIGHT_INVALID);
    safelight_job_cancel(job);
    CHECK(safelight_bytes_len(bytes) > 0 && safelight_bytes_data(bytes)[0] == '[');
    safelight_bytes_free(bytes);
    CHECK(safelight_bytes_len(bytes) == 0 && safelight_bytes_data(bytes) == NULL);
    safelight_error_free(error);
    CHECK(safelight_error_message(error) == NULL);
    CHECK(safelight_error_kind(error) == SAFELIGHT_INVALID);
}

static void a_second_free_does_not_hurt_the_next_handle(void) {
    safelight_job *first = new_job(), *many[LIVE];
    safelight_job_free(first);
    for (int i = 0; i < LIVE; i++) many[i] = new_job();
    for (int i = 0; i < LIVE; i++) safelight_job_free(first);
    for (int i = 0; i < LIVE; i++) {
        CHECK(many[i] != first && use(NULL, many[i]) != SAFELIGHT_INVALID);
        safelight_job_free(many[i]);
    }
}

static void a_handle_of_another_type_is_invalid(void) {
    safelight_job *job = new_job();
    void *wrong = job;
    safelight_error *error = NULL;
    CHECK(use(wrong, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_image_data(wrong) == NULL && safelight_bytes_data(wrong) == NULL);
    CHECK(safelight_probe(wrong, NULL, 0, (safelight_bytes **)&wrong, &error) == SAFELIGHT_INVALID);
    CHECK(says(error, "engine: "));
    safelight_error_free(error);
    safelight_engine_free(wrong);
    safelight_image_free(wrong);
    safelight_bytes_free(wrong);
    safelight_error_free(wrong);
    CHECK(use(NULL, job) != SAFELIGHT_INVALID);
    safelight_job_free(job);
}

static void an_address_is_no_handle(void) {
    uint64_t local[8] = {0};
    void *heap = malloc(64), *foreign[] = {local, heap, (void *)1, (void *)UINTPTR_MAX, (void *)"text"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        CHECK(use(foreign[i], NULL) == SAFELIGHT_INVALID);
        CHECK(use(NULL, foreign[i]) == SAFELIGHT_INVALID);
        CHECK(safelight_image_data(foreign[i]) == NULL);
        safelight_image_free(foreign[i]);
    }
    free(heap);
}

static void bytes_without_a_pointer_are_invalid(void) {
    safelight_bytes *out = NULL;
    CHECK(safelight_probe(NULL, NULL, 1, &out, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_probe(NULL, (const uint8_t *)"x", SIZE_MAX, &out, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_parse_url(NULL, 5, 0, &out, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_parse_url("\xff\xfe", 2, 0, &out, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_verify("/a", 2, NULL, NULL, 1, -1, NULL) == SAFELIGHT_INVALID);
    CHECK(out == NULL);
}

/* A live or a stale handle of some type, and what is expected of it. */
typedef struct {
    safelight_job *job;
    bool live;
} slot;

static void random_calls_always_give_the_right_answer(void) {
    slot slots[LIVE] = {{NULL, false}};
    uint32_t random = 2463534242u;
    bool good = true;
    for (int i = 0; i < rounds() * 100; i++) {
        slot *chosen = NULL;
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        chosen = &slots[random % LIVE];
        if (random >> 16 & 1) {
            safelight_job_free(chosen->job);
            chosen->live = false;
        } else if (!chosen->live) {
            good = good && safelight_job_new(0, &chosen->job, NULL) == SAFELIGHT_OK;
            chosen->live = true;
        }
        safelight_job_cancel(slots[random >> 8 & (LIVE - 1)].job);
        safelight_image_free((void *)chosen->job);
        chosen = &slots[random >> 20 & (LIVE - 1)];
        if (chosen->job != NULL) {
            int32_t status = use(NULL, chosen->job);
            good = good && (status == SAFELIGHT_INVALID) == !chosen->live;
        }
    }
    CHECK(good);
    for (int i = 0; i < LIVE; i++) safelight_job_free(slots[i].job);
}

void test_handles(void) {
    null_is_an_answer_everywhere();
    a_call_without_out_is_invalid();
    a_freed_handle_is_invalid();
    a_second_free_does_not_hurt_the_next_handle();
    a_handle_of_another_type_is_invalid();
    an_address_is_no_handle();
    bytes_without_a_pointer_are_invalid();
    random_calls_always_give_the_right_answer();
}
