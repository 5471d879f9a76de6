/* Tests of the C border: safelight_test IMAGES VECTORS FOLDER */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;
const char *images;

bool check(bool good, const char *what, const char *file, int line) {
    if (good) {
        passed++;
    } else {
        failed++;
        printf("%s:%d: failed: %s\n", file, line, what);
    }
    return good;
}

bool check_vector(bool good, const char *file, const char *name, const char *got) {
    if (good) {
        passed++;
    } else {
        failed++;
        printf("%s: failed: %s: got %s\n", file, name, got == NULL ? "nothing" : got);
    }
    return good;
}

uint8_t *read_file(const char *folder, const char *name, size_t *len) {
    char path[1024];
    uint8_t *data = NULL;
    long size = -1;
    FILE *file = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    if (size >= 0) data = calloc((size_t)size + 1, 1);
    if (data != NULL) rewind(file);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(2);
    }
    fclose(file);
    *len = (size_t)size;
    return data;
}

bool same(const char *text, const char *wanted) { return text != NULL && strcmp(text, wanted) == 0; }

bool says(const safelight_error *error, const char *part) {
    const char *message = safelight_error_message(error);
    return message != NULL && strstr(message, part) != NULL;
}

int32_t kind_of(safelight_error *error) {
    int32_t kind = safelight_error_kind(error);
    safelight_error_free(error);
    return kind;
}

int rounds(void) {
    const char *text = getenv("SAFELIGHT_ROUNDS");
    return text == NULL ? 1000 : atoi(text);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: safelight_test IMAGES VECTORS FOLDER\n");
        return 2;
    }
    images = argv[1];
    test_handles();
    test_hooks();
    test_links();
    test_render();
    test_service(argv[3]);
    test_threads();
    test_vectors(argv[2]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
