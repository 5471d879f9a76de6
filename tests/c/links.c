/* Versions, errors, signatures, URLs: the verbs without pixels. */
#include "check.h"

#include <string.h>

static void the_library_is_the_one_of_the_header(void) {
    CHECK(safelight_abi_version() == SAFELIGHT_ABI_VERSION);
    CHECK(same(safelight_version(), SAFELIGHT_VERSION));
}

static void every_kind_has_a_name(void) {
    CHECK(same(safelight_kind_name(SAFELIGHT_OK), "OK"));
    CHECK(same(safelight_kind_name(SAFELIGHT_INVALID), "INVALID"));
    CHECK(same(safelight_kind_name(SAFELIGHT_NOT_FOUND), "NOT_FOUND"));
    CHECK(same(safelight_kind_name(SAFELIGHT_INTERNAL), "INTERNAL"));
    CHECK(same(safelight_kind_name(SAFELIGHT_CONFLICT), "CONFLICT"));
    CHECK(same(safelight_kind_name(SAFELIGHT_BUSY), "BUSY"));
    CHECK(same(safelight_kind_name(SAFELIGHT_BUSY + 1), "UNKNOWN"));
    CHECK(same(safelight_kind_name(-1), "UNKNOWN"));
    CHECK(same(safelight_kind_name(INT32_MIN), "UNKNOWN"));
}

static void a_panic_is_an_error_and_the_next_call_works(void) {
    safelight_error *error = NULL;
    safelight_bytes *bytes = NULL;
    CHECK(safelight_panic_on_purpose(&error) == SAFELIGHT_INTERNAL);
    CHECK(same(safelight_error_context(error), "panic on purpose"));
    CHECK(safelight_error_context_len(error) == strlen("panic on purpose"));
    CHECK(strlen(safelight_error_message(error)) == safelight_error_message_len(error));
    CHECK(kind_of(error) == SAFELIGHT_INTERNAL);
    CHECK(safelight_backends(&bytes, NULL) == SAFELIGHT_OK);
    CHECK(strlen(safelight_bytes_data(bytes)) == safelight_bytes_len(bytes));
    safelight_bytes_free(bytes);
}

static void a_signed_path_is_valid_until_it_expires(void) {
    const char *path = "/account/image/public", *keys[] = {"an old key", "the key"};
    const size_t lens[] = {strlen(keys[0]), strlen(keys[1])};
    safelight_bytes *out = NULL;
    safelight_error *error = NULL;
    const char *signed_path = NULL;
    size_t len = 0;
    CHECK(safelight_sign(path, strlen(path), keys[1], lens[1], 2000, &out, NULL) == SAFELIGHT_OK);
    signed_path = safelight_bytes_data(out);
    len = safelight_bytes_len(out);
    CHECK(strncmp(signed_path, "/account/image/public?exp=2000&sig=", 35) == 0);
    CHECK(safelight_verify(signed_path, len, keys, lens, 2, 1999, NULL) == SAFELIGHT_OK);
    CHECK(safelight_verify(signed_path, len, keys, lens, 2, 2001, NULL) == SAFELIGHT_SIGNATURE);
    CHECK(safelight_verify(signed_path, len, keys, lens, 2, -1, NULL) == SAFELIGHT_SIGNATURE);
    CHECK(safelight_verify(signed_path, len, keys, lens, 1, 1999, &error) == SAFELIGHT_SIGNATURE);
    CHECK(kind_of(error) == SAFELIGHT_SIGNATURE);
    CHECK(safelight_verify(signed_path, len, NULL, NULL, 0, 1999, NULL) == SAFELIGHT_INVALID);
    safelight_bytes_free(out);
}

static void a_bad_limit_is_named(void) {
    const char *limits = "{\"widht\":1}";
    safelight_engine *engine = NULL;
    safelight_error *error = NULL;
    CHECK(safelight_engine_new(limits, strlen(limits), &engine, &error) == SAFELIGHT_INVALID);
    CHECK(says(error, "widht"));
    CHECK(engine == NULL);
    safelight_error_free(error);
}

void test_links(void) {
    the_library_is_the_one_of_the_header();
    every_kind_has_a_name();
    a_panic_is_an_error_and_the_next_call_works();
    a_signed_path_is_valid_until_it_expires();
    a_bad_limit_is_named();
}
