/* Services: hosted verbs and requests, their handles, cancelling, closing, threads. */
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define ACCOUNT "0123456789abcdef0123456789abcdef"

static const char *const ACCEPT = "Host: img.example\r\nAccept: image/webp\r\n";

static safelight_service *open_service(const char *folder) {
    char config[1024];
    safelight_service *service = NULL;
    snprintf(config, sizeof config,
             "{\"folder\":\"%s\",\"sources\":{\"folder\":\"%s\"},"
             "\"account\":{\"id\":\"" ACCOUNT "\",\"hash\":\"album\"}}",
             folder, images);
    CHECK(safelight_service_open(config, strlen(config), &service, NULL) == SAFELIGHT_OK && service != NULL);
    return service;
}

static void end_service(safelight_service *service) {
    CHECK(safelight_service_close(service, NULL) == SAFELIGHT_OK);
    CHECK(safelight_service_close(service, NULL) == SAFELIGHT_OK);
    safelight_service_free(service);
}

static safelight_response *send(const safelight_service *service, const char *method, const char *target,
                                const void *body, size_t body_len, const safelight_job *job) {
    safelight_response *response = NULL;
    CHECK(safelight_service_handle(service, method, strlen(method), target, strlen(target), ACCEPT, strlen(ACCEPT),
                                   body, body_len, job, &response, NULL) == SAFELIGHT_OK);
    return response;
}

static int status_of(const safelight_service *service, const char *target) {
    safelight_response *response = send(service, "GET", target, NULL, 0, NULL);
    int status = safelight_response_status(response);
    safelight_response_free(response);
    return status;
}

static int32_t call(const safelight_service *service, const char *verb, const char *arguments, const uint8_t *body,
                    size_t body_len, safelight_answer **answer) {
    return safelight_service_call(service, verb, strlen(verb), arguments, strlen(arguments), body, body_len, NULL,
                                  answer, NULL);
}

/* Copies the text behind `mark` in the JSON of an answer, which is freed. */
static void text_of(safelight_answer *answer, const char *mark, char text[80]) {
    const char *found = safelight_answer_json(answer);
    CHECK(found != NULL && strlen(found) == safelight_answer_json_len(answer));
    found = found == NULL ? NULL : strstr(found, mark);
    text[0] = 0;
    if (CHECK(found != NULL)) {
        found += strlen(mark);
        snprintf(text, 80, "%.*s", (int)strcspn(found, "\""), found);
    }
    safelight_answer_free(answer);
}

/* Uploads the photo and writes the path of its delivery. */
static void upload(const safelight_service *service, const char *arguments, char path[200]) {
    char id[80];
    size_t len = 0;
    uint8_t *photo = read_file(images, "photo.jpg", &len);
    safelight_answer *answer = NULL;
    CHECK(call(service, "images.upload", arguments, photo, len, &answer) == SAFELIGHT_OK);
    text_of(answer, "\"id\":\"", id);
    snprintf(path, 200, "/album/%s/public", id);
    free(photo);
}

static void an_uploaded_picture_is_delivered(const safelight_service *service) {
    char path[200];
    safelight_response *response = NULL;
    const char *headers = NULL;
    upload(service, "{\"creator\":\"ann\"}", path);
    response = send(service, "GET", path, NULL, 0, NULL);
    headers = safelight_response_headers(response);
    CHECK(safelight_response_status(response) == 200);
    CHECK(strlen(headers) == safelight_response_headers_len(response));
    CHECK(strstr(headers, "image/webp\r\n") != NULL);
    CHECK(safelight_response_body_len(response) > 1000);
    CHECK(memcmp(safelight_response_body(response), "RIFF", 4) == 0);
    safelight_response_free(response);
    CHECK(safelight_response_status(response) == 0 && safelight_response_body(response) == NULL);
    CHECK(safelight_response_headers(response) == NULL && safelight_response_body_len(response) == 0);
}

static void a_private_picture_is_shown_to_signed_links_only(const safelight_service *service) {
    char path[200], key[80];
    safelight_answer *answer = NULL;
    safelight_bytes *link = NULL;
    upload(service, "{\"requireSignedURLs\":true}", path);
    CHECK(call(service, "keys.list", "", NULL, 0, &answer) == SAFELIGHT_OK);
    text_of(answer, "\"value\":\"", key);
    CHECK(status_of(service, path) == 401 || status_of(service, path) == 403);
    CHECK(safelight_sign(path, strlen(path), key, strlen(key), 4000000000, &link, NULL) == SAFELIGHT_OK);
    CHECK(status_of(service, safelight_bytes_data(link)) == 200);
    safelight_bytes_free(link);
    CHECK(safelight_sign(path, strlen(path), key, strlen(key), 1000, &link, NULL) == SAFELIGHT_OK);
    CHECK(status_of(service, safelight_bytes_data(link)) == 403);
    safelight_bytes_free(link);
}

static void the_original_comes_back_as_bytes(const safelight_service *service) {
    char path[200];
    size_t len = 0;
    uint8_t *photo = read_file(images, "photo.jpg", &len);
    safelight_answer *answer = NULL;
    upload(service, "{\"id\":\"cats/one\"}", path);
    CHECK(call(service, "images.upload", "{\"id\":\"cats/one\"}", photo, len, &answer) == SAFELIGHT_CONFLICT);
    CHECK(call(service, "images.original", "{\"id\":\"cats/one\"}", NULL, 0, &answer) == SAFELIGHT_OK);
    CHECK(safelight_answer_data_len(answer) == len && memcmp(safelight_answer_data(answer), photo, len) == 0);
    CHECK(same(safelight_answer_json(answer), "null"));
    safelight_answer_free(answer);
    CHECK(safelight_answer_data(answer) == NULL && safelight_answer_json(answer) == NULL);
    CHECK(safelight_answer_data_len(answer) == 0 && safelight_answer_json_len(answer) == 0);
    CHECK(call(service, "images.delete", "{\"id\":\"cats/one\"}", NULL, 0, &answer) == SAFELIGHT_OK);
    safelight_answer_free(answer);
    CHECK(call(service, "images.get", "{\"id\":\"cats/one\"}", NULL, 0, &answer) == SAFELIGHT_NOT_FOUND);
    CHECK(status_of(service, path) == 404);
    free(photo);
}

static void a_purge_is_complete_when_it_returns(const safelight_service *service) {
    char path[200];
    safelight_answer *answer = NULL;
    upload(service, "{}", path);
    CHECK(status_of(service, path) == 200);
    CHECK(call(service, "purge", "{\"purge_everything\":true}", NULL, 0, &answer) == SAFELIGHT_OK);
    safelight_answer_free(answer);
    CHECK(status_of(service, path) == 200);
}

static void what_is_wrong_has_a_kind(const safelight_service *service) {
    safelight_answer *answer = NULL;
    safelight_response *response = NULL;
    safelight_error *error = NULL;
    CHECK(call(service, "images.uplaod", "{}", NULL, 0, &answer) == SAFELIGHT_INVALID);
    CHECK(call(service, "images.get", "{", NULL, 0, &answer) == SAFELIGHT_INVALID);
    CHECK(call(service, "images.get", "{\"name\":1}", NULL, 0, &answer) == SAFELIGHT_INVALID);
    CHECK(call(service, "images.upload", "{}", (const uint8_t *)"text", 4, &answer) == SAFELIGHT_UNSUPPORTED);
    CHECK(answer == NULL);
    CHECK(safelight_service_handle(service, "\xff", 1, "/", 1, NULL, 0, NULL, 0, NULL, &response, &error) ==
          SAFELIGHT_INVALID);
    CHECK(says(error, "method: ") && response == NULL);
    safelight_error_free(error);
    CHECK(safelight_service_handle(service, "GET", 3, "/", 1, NULL, 0, NULL, 5, NULL, &response, NULL) ==
          SAFELIGHT_INVALID);
    CHECK(safelight_service_handle(service, "GET", 3, "/", 1, NULL, 0, NULL, 0, NULL, NULL, NULL) ==
          SAFELIGHT_INVALID);
    CHECK(status_of(service, "/cdn-cgi/image/width=none/photo.jpg") == 400);
    CHECK(status_of(service, "/cdn-cgi/image/width=20/photo.jpg") == 200);
}

static void only_its_own_requests_are_wanted(const safelight_service *service) {
    const char *api = "/client/v4/accounts/" ACCOUNT "/images/v1";
    uint64_t limit = 7;
    CHECK(safelight_service_wants(service, "GET", 3, "/about", 6, &limit) == 0 && limit == 7);
    CHECK(safelight_service_wants(service, "GET", 3, "/cdn-cgi/image/width=1/a", 24, &limit) == 1 && limit == 0);
    CHECK(safelight_service_wants(service, "POST", 4, api, strlen(api), &limit) == 1 && limit > 1000000);
    CHECK(safelight_service_wants(service, "POST", 4, api, strlen(api), NULL) == 1);
    CHECK(safelight_service_wants(NULL, "POST", 4, api, strlen(api), NULL) == 0);
    CHECK(safelight_service_wants(service, "\xff", 1, api, strlen(api), NULL) == 0);
}

static void a_panic_leaves_the_service_as_it_was(const safelight_service *service) {
    safelight_error *error = NULL;
    CHECK(safelight_service_panic_on_purpose(service, &error) == SAFELIGHT_INTERNAL);
    CHECK(same(safelight_error_context(error), "panic on purpose"));
    CHECK(kind_of(error) == SAFELIGHT_INTERNAL);
    CHECK(status_of(service, "/cdn-cgi/image/width=20/photo.jpg") == 200);
}

static void *cancel_soon(void *job) {
    struct timespec pause = {0, 100000000};
    nanosleep(&pause, NULL);
    safelight_job_cancel(job);
    return NULL;
}

static void a_request_is_cancelled_from_another_thread(const safelight_service *service) {
    const char *slow = "/cdn-cgi/image/width=4000,height=4000,fit=cover,blur=250,format=png/photo.jpg";
    pthread_t thread;
    safelight_job *job = NULL;
    safelight_response *response = NULL;
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK);
    CHECK(pthread_create(&thread, NULL, cancel_soon, job) == 0);
    response = send(service, "GET", slow, NULL, 0, job);
    CHECK(safelight_response_status(response) >= 400);
    pthread_join(thread, NULL);
    safelight_response_free(response);
    safelight_job_free(job);
}

typedef struct {
    const safelight_service *service;
    const char *path;
    int good;
} asker;

static void *ask_often(void *argument) {
    asker *one = argument;
    for (int i = 0; i < 10; i++) {
        safelight_response *response = NULL;
        int32_t status = safelight_service_handle(one->service, "GET", 3, one->path, strlen(one->path), NULL, 0, NULL,
                                                  0, NULL, &response, NULL);
        one->good += status == SAFELIGHT_OK && safelight_response_status(response) == 200;
        safelight_response_free(response);
    }
    return NULL;
}

static void threads_share_one_service(const safelight_service *service) {
    char path[200];
    pthread_t threads[THREADS];
    asker askers[THREADS];
    upload(service, "{}", path);
    for (int i = 0; i < THREADS; i++) {
        askers[i] = (asker){service, path, 0};
        CHECK(pthread_create(&threads[i], NULL, ask_often, &askers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(askers[i].good == 10);
    }
}

static void a_freed_or_wrong_handle_is_invalid(const char *folder) {
    safelight_service *service = open_service(folder), *none = NULL;
    safelight_job *job = NULL;
    safelight_answer *answer = NULL;
    void *wrong = NULL;
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK);
    wrong = job;
    CHECK(call(wrong, "images.stats", "", NULL, 0, &answer) == SAFELIGHT_INVALID);
    CHECK(safelight_service_close(wrong, NULL) == SAFELIGHT_INVALID);
    safelight_service_free(wrong);
    safelight_response_free(wrong);
    safelight_answer_free(wrong);
    CHECK(safelight_response_status(wrong) == 0 && safelight_answer_json(wrong) == NULL);
    safelight_job_free(job);
    end_service(service);
    CHECK(call(service, "images.stats", "", NULL, 0, &answer) == SAFELIGHT_INVALID && answer == NULL);
    CHECK(safelight_service_close(service, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_service_panic_on_purpose(service, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_service_close(NULL, NULL) == SAFELIGHT_INVALID);
    safelight_service_free(service);
    safelight_service_free(NULL);
    safelight_response_free(NULL);
    safelight_answer_free(NULL);
    CHECK(safelight_service_open("{}", 2, &none, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_service_open("{", 1, &none, NULL) == SAFELIGHT_INVALID);
    CHECK(safelight_service_open("{}", 2, NULL, NULL) == SAFELIGHT_INVALID && none == NULL);
}

void test_service(const char *folder) {
    safelight_service *service = open_service(folder);
    an_uploaded_picture_is_delivered(service);
    a_private_picture_is_shown_to_signed_links_only(service);
    the_original_comes_back_as_bytes(service);
    a_purge_is_complete_when_it_returns(service);
    what_is_wrong_has_a_kind(service);
    only_its_own_requests_are_wanted(service);
    a_panic_leaves_the_service_as_it_was(service);
    a_request_is_cancelled_from_another_thread(service);
    threads_share_one_service(service);
    end_service(service);
    a_freed_or_wrong_handle_is_invalid(folder);
}
