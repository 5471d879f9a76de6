/* Several threads, and a child process. */
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4

static uint8_t *photo;
static size_t photo_len;

/* Minutes of work when nobody stops it, in loops of the library's own. */
static const char slow[] = "width=10000,height=10000,fit=scale-up,blur=250,format=png";
static const char quick[] = "width=64,format=jpeg";

typedef struct {
    const safelight_engine *engine;
    const safelight_job *job;
    const char *options;
    safelight_image *image;
    int32_t status;
} work;

static void *run(void *argument) {
    work *own = argument;
    own->status = safelight_render(own->engine, photo, photo_len, own->options, strlen(own->options),
                                   NULL, 0, own->job, &own->image, NULL);
    return NULL;
}

static void a_job_is_cancelled_from_another_thread(void) {
    const char *limits = "{\"memory\":4000000000,\"time_ms\":0}";
    safelight_engine *engine = NULL;
    safelight_job *job = NULL;
    work slow_work = {NULL, NULL, slow, NULL, 0};
    pthread_t thread;
    CHECK(safelight_engine_new(limits, strlen(limits), &engine, NULL) == SAFELIGHT_OK);
    CHECK(safelight_job_new(0, &job, NULL) == SAFELIGHT_OK);
    slow_work.engine = engine;
    slow_work.job = job;
    CHECK(pthread_create(&thread, NULL, run, &slow_work) == 0);
    usleep(100000);
    /* The call goes on with what it holds. */
    safelight_engine_free(engine);
    safelight_job_cancel(job);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(slow_work.status == SAFELIGHT_CANCELLED && slow_work.image == NULL);
    safelight_job_free(job);
}

static void threads_share_an_engine_and_get_the_same_bytes(void) {
    safelight_engine *engine = NULL;
    work works[THREADS];
    pthread_t threads[THREADS];
    CHECK(safelight_engine_new(NULL, 0, &engine, NULL) == SAFELIGHT_OK);
    for (int i = 0; i < THREADS; i++) {
        works[i] = (work){engine, NULL, quick, NULL, -1};
        CHECK(pthread_create(&threads[i], NULL, run, &works[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        size_t len = safelight_image_len(works[i].image);
        CHECK(works[i].status == SAFELIGHT_OK && len == safelight_image_len(works[0].image));
        CHECK(len > 0 &&
              memcmp(safelight_image_data(works[i].image), safelight_image_data(works[0].image), len) == 0);
    }
    for (int i = 0; i < THREADS; i++) safelight_image_free(works[i].image);
    safelight_engine_free(engine);
}

static void a_forked_child_goes_on(void) {
    int status = -1;
    work here = {NULL, NULL, quick, NULL, -1};
    pid_t child = fork();
    run(&here);
    safelight_image_free(here.image);
    if (child == 0) _exit(here.status == SAFELIGHT_OK ? 0 : 1);
    CHECK(here.status == SAFELIGHT_OK);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void test_threads(void) {
    photo = read_file(images, "photo.jpg", &photo_len);
    a_job_is_cancelled_from_another_thread();
    threads_share_an_engine_and_get_the_same_bytes();
    a_forked_child_goes_on();
    free(photo);
}
