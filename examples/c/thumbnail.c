/* Makes a WebP thumbnail: thumbnail IN OUT */
#include <safelight.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    long size = -1;
    uint8_t *data = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    if (size > 0) data = malloc((size_t)size);
    if (data != NULL) {
        rewind(file);
        *len = fread(data, 1, (size_t)size, file);
    }
    if (file != NULL) fclose(file);
    return data;
}

static int write_file(const char *path, const safelight_image *image) {
    size_t len = safelight_image_len(image);
    FILE *file = fopen(path, "wb");
    size_t written = file ? fwrite(safelight_image_data(image), 1, len, file) : 0;
    return (file && fclose(file) == 0 && written == len) ? 0 : -1;
}

int main(int argc, char **argv) {
    const char *options = "width=300,height=300,fit=cover,format=webp";
    safelight_image *image = NULL;
    safelight_error *error = NULL;
    size_t len = 0;
    uint8_t *data = argc == 3 ? read_file(argv[1], &len) : NULL;
    int result = 1;

    if (data == NULL) {
        fprintf(stderr, "usage: thumbnail IN OUT\n");
        return 2;
    }
    if (safelight_render(NULL, data, len, options, strlen(options), NULL, 0, NULL, &image,
                         &error) != SAFELIGHT_OK) {
        fprintf(stderr, "%s\n", safelight_error_message(error));
    } else if (write_file(argv[2], image) != 0) {
        perror(argv[2]);
    } else {
        printf("%s, %u x %u\n", safelight_image_format(image), safelight_image_width(image),
               safelight_image_height(image));
        result = 0;
    }
    safelight_error_free(error);
    safelight_image_free(image);
    free(data);
    return result;
}
