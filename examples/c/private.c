/* Keeps a picture that only signed links show: private FOLDER PICTURE */
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

/* Writes the text behind `mark` in the result of a verb; nothing when the verb fails. */
static void ask(const safelight_service *service, const char *verb, const char *arguments,
                const uint8_t *body, size_t body_len, const char *mark, char text[80]) {
    safelight_answer *answer = NULL;
    safelight_error *error = NULL;
    const char *found = NULL;
    text[0] = 0;
    if (safelight_service_call(service, verb, strlen(verb), arguments, strlen(arguments),
                               body, body_len, NULL, &answer, &error) != SAFELIGHT_OK) {
        fprintf(stderr, "%s: %s\n", verb, safelight_error_message(error));
    } else if ((found = strstr(safelight_answer_json(answer), mark)) != NULL) {
        found += strlen(mark);
        snprintf(text, 80, "%.*s", (int)strcspn(found, "\""), found);
    }
    safelight_error_free(error);
    safelight_answer_free(answer);
}

/* The HTTP status of a request for `target`. */
static int status_of(const safelight_service *service, const char *target) {
    safelight_response *response = NULL;
    const char *headers = "Accept: image/avif,image/webp\n";
    int status = 0;
    safelight_service_handle(service, "GET", 3, target, strlen(target), headers,
                             strlen(headers), NULL, 0, NULL, &response, NULL);
    status = safelight_response_status(response);
    safelight_response_free(response);
    return status;
}

int main(int argc, char **argv) {
    char config[1024], id[80], key[80], path[200];
    safelight_service *service = NULL;
    safelight_bytes *signed_path = NULL;
    safelight_error *error = NULL;
    size_t len = 0;
    uint8_t *data = argc == 3 ? read_file(argv[2], &len) : NULL;
    int result = 1;

    if (data == NULL) {
        fprintf(stderr, "usage: private FOLDER PICTURE\n");
        return 2;
    }
    snprintf(config, sizeof config, "{\"folder\":\"%s\",\"account\":{\"hash\":\"album\"}}",
             argv[1]);
    if (safelight_service_open(config, strlen(config), &service, &error) != SAFELIGHT_OK) {
        fprintf(stderr, "%s\n", safelight_error_message(error));
    } else {
        ask(service, "images.upload", "{\"requireSignedURLs\":true}", data, len, "\"id\":\"",
            id);
        ask(service, "keys.list", "", NULL, 0, "\"value\":\"", key);
        snprintf(path, sizeof path, "/album/%s/public", id);
        printf("without a signature: %d\n", status_of(service, path));
        if (safelight_sign(path, strlen(path), key, strlen(key), -1, &signed_path, &error) ==
            SAFELIGHT_OK) {
            printf("with one: %d\n", status_of(service, safelight_bytes_data(signed_path)));
            result = 0;
        }
        safelight_service_close(service, NULL);
    }
    safelight_error_free(error);
    safelight_bytes_free(signed_path);
    safelight_service_free(service);
    free(data);
    return result;
}
