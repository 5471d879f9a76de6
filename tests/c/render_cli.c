/* Renders one file, for tests that compare languages: render_cli OPTIONS IN OUT. Options that begin
 * with "polish " are those of that verb. */
#include <safelight.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole file, or NULL. */
static uint8_t *read_all(const char *path, size_t *len) {
    size_t size = 0, more = 1;
    uint8_t *data = NULL;
    FILE *file = fopen(path, "rb");
    while (file != NULL && more > 0) {
        uint8_t *grown = realloc(data, size + 65536);
        if (grown == NULL) break;
        data = grown;
        more = fread(data + size, 1, 65536, file);
        size += more;
    }
    if (file != NULL) fclose(file);
    *len = size;
    return data;
}

static int write_all(const char *path, const uint8_t *data, size_t len) {
    FILE *file = fopen(path, "wb");
    size_t written = file == NULL ? 0 : fwrite(data, 1, len, file);
    return file != NULL && fclose(file) == 0 && written == len ? 0 : 1;
}

static const char polish[] = "polish ";

int main(int argc, char **argv) {
    const char *asked = NULL;
    safelight_image *image = NULL;
    safelight_error *error = NULL;
    uint8_t *data = NULL;
    size_t len = 0;
    int32_t status = 0;
    if (argc != 4 || (data = read_all(argv[2], &len)) == NULL) {
        fprintf(stderr, "usage: render_cli OPTIONS IN OUT\n");
        return 100;
    }
    asked = argv[1];
    if (strncmp(asked, polish, sizeof polish - 1) == 0) {
        asked += sizeof polish - 1;
        status = safelight_polish(NULL, data, len, asked, strlen(asked), NULL, &image, &error);
    } else {
        status = safelight_render(NULL, data, len, asked, strlen(asked), NULL, 0, NULL, &image, &error);
    }
    free(data);
    if (status != SAFELIGHT_OK) {
        fprintf(stderr, "%s\n", safelight_error_message(error));
    } else if (write_all(argv[3], safelight_image_data(image), safelight_image_len(image)) != 0) {
        perror(argv[3]);
        status = 100;
    }
    safelight_image_free(image);
    safelight_error_free(error);
    return (int)status;
}
