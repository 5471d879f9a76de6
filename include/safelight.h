/*
 * Safelight 0.1.0: an image CDN inside your own process.
 *
 * Give it the bytes of an image and some options, and it answers the bytes of a better image:
 * smaller, turned, cropped, in the format that the client takes. It also reads headers, plans,
 * signs and verifies links, and reads and writes image URLs. Open a service on a folder, and it
 * keeps images, too, and answers the HTTP requests of your server. It prints nothing and installs
 * no signal handler; nothing but a service opens files and sockets and has threads that outlive a
 * call.
 *
 * A complete program
 * ------------------
 *     // Makes a WebP thumbnail: thumbnail IN OUT
 *     #include <safelight.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *     #include <string.h>
 *
 *     static uint8_t *read_file(const char *path, size_t *len) {
 *         FILE *file = fopen(path, "rb");
 *         long size = -1;
 *         uint8_t *data = NULL;
 *         if (file != NULL && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
 *         if (size > 0) data = malloc((size_t)size);
 *         if (data != NULL) {
 *             rewind(file);
 *             *len = fread(data, 1, (size_t)size, file);
 *         }
 *         if (file != NULL) fclose(file);
 *         return data;
 *     }
 *
 *     static int write_file(const char *path, const safelight_image *image) {
 *         size_t len = safelight_image_len(image);
 *         FILE *file = fopen(path, "wb");
 *         size_t written = file ? fwrite(safelight_image_data(image), 1, len, file) : 0;
 *         return (file && fclose(file) == 0 && written == len) ? 0 : -1;
 *     }
 *
 *     int main(int argc, char **argv) {
 *         const char *options = "width=300,height=300,fit=cover,format=webp";
 *         safelight_image *image = NULL;
 *         safelight_error *error = NULL;
 *         size_t len = 0;
 *         uint8_t *data = argc == 3 ? read_file(argv[1], &len) : NULL;
 *         int result = 1;
 *
 *         if (data == NULL) {
 *             fprintf(stderr, "usage: thumbnail IN OUT\n");
 *             return 2;
 *         }
 *         if (safelight_render(NULL, data, len, options, strlen(options), NULL, 0, NULL, &image,
 *                              &error) != SAFELIGHT_OK) {
 *             fprintf(stderr, "%s\n", safelight_error_message(error));
 *         } else if (write_file(argv[2], image) != 0) {
 *             perror(argv[2]);
 *         } else {
 *             printf("%s, %u x %u\n", safelight_image_format(image), safelight_image_width(image),
 *                    safelight_image_height(image));
 *             result = 0;
 *         }
 *         safelight_error_free(error);
 *         safelight_image_free(image);
 *         free(data);
 *         return result;
 *     }
 *
 * Build it with
 *
 *     cc thumbnail.c $(pkg-config --cflags --libs safelight)
 *
 * Options
 * -------
 * Options are text, as they stand in a URL: names and values, parted by commas. A few of them:
 *
 *     width=400,height=300,fit=cover,gravity=0.5x0.2     crop to a size, near the top
 *     width=800,format=auto                              the best format that Accept allows
 *     format=webp,quality=75,metadata=none               a format, its quality, no metadata
 *     rotate=90,blur=20,background=%23ffffff             turn, blur, colour under alpha
 *
 * The same options may be written as a JSON object: {"width":400,"fit":"cover"}. The option
 * reference, core/OPTIONS.md, has all of them with their ranges and defaults.
 *
 * A service
 * ---------
 * safelight_service_open() opens hosted images on one folder, or on a database and a bucket. Your
 * server gives every request that safelight_service_wants() to safelight_service_handle(), which
 * answers uploads, deliveries, transforms and the REST API; the same things are verbs of
 * safelight_service_call(). From nothing to a signed link of a private picture:
 *
 *     // Keeps a picture that only signed links show: private FOLDER PICTURE
 *     #include <safelight.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *     #include <string.h>
 *
 *     static uint8_t *read_file(const char *path, size_t *len) {
 *         FILE *file = fopen(path, "rb");
 *         long size = -1;
 *         uint8_t *data = NULL;
 *         if (file != NULL && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
 *         if (size > 0) data = malloc((size_t)size);
 *         if (data != NULL) {
 *             rewind(file);
 *             *len = fread(data, 1, (size_t)size, file);
 *         }
 *         if (file != NULL) fclose(file);
 *         return data;
 *     }
 *
 *     // Writes the text behind `mark` in the result of a verb; nothing when the verb fails.
 *     static void ask(const safelight_service *service, const char *verb, const char *arguments,
 *                     const uint8_t *body, size_t body_len, const char *mark, char text[80]) {
 *         safelight_answer *answer = NULL;
 *         safelight_error *error = NULL;
 *         const char *found = NULL;
 *         text[0] = 0;
 *         if (safelight_service_call(service, verb, strlen(verb), arguments, strlen(arguments),
 *                                    body, body_len, NULL, &answer, &error) != SAFELIGHT_OK) {
 *             fprintf(stderr, "%s: %s\n", verb, safelight_error_message(error));
 *         } else if ((found = strstr(safelight_answer_json(answer), mark)) != NULL) {
 *             found += strlen(mark);
 *             snprintf(text, 80, "%.*s", (int)strcspn(found, "\""), found);
 *         }
 *         safelight_error_free(error);
 *         safelight_answer_free(answer);
 *     }
 *
 *     // The HTTP status of a request for `target`.
 *     static int status_of(const safelight_service *service, const char *target) {
 *         safelight_response *response = NULL;
 *         const char *headers = "Accept: image/avif,image/webp\n";
 *         int status = 0;
 *         safelight_service_handle(service, "GET", 3, target, strlen(target), headers,
 *                                  strlen(headers), NULL, 0, NULL, &response, NULL);
 *         status = safelight_response_status(response);
 *         safelight_response_free(response);
 *         return status;
 *     }
 *
 *     int main(int argc, char **argv) {
 *         char config[1024], id[80], key[80], path[200];
 *         safelight_service *service = NULL;
 *         safelight_bytes *signed_path = NULL;
 *         safelight_error *error = NULL;
 *         size_t len = 0;
 *         uint8_t *data = argc == 3 ? read_file(argv[2], &len) : NULL;
 *         int result = 1;
 *
 *         if (data == NULL) {
 *             fprintf(stderr, "usage: private FOLDER PICTURE\n");
 *             return 2;
 *         }
 *         snprintf(config, sizeof config, "{\"folder\":\"%s\",\"account\":{\"hash\":\"album\"}}",
 *                  argv[1]);
 *         if (safelight_service_open(config, strlen(config), &service, &error) != SAFELIGHT_OK) {
 *             fprintf(stderr, "%s\n", safelight_error_message(error));
 *         } else {
 *             ask(service, "images.upload", "{\"requireSignedURLs\":true}", data, len, "\"id\":\"",
 *                 id);
 *             ask(service, "keys.list", "", NULL, 0, "\"value\":\"", key);
 *             snprintf(path, sizeof path, "/album/%s/public", id);
 *             printf("without a signature: %d\n", status_of(service, path));
 *             if (safelight_sign(path, strlen(path), key, strlen(key), -1, &signed_path, &error) ==
 *                 SAFELIGHT_OK) {
 *                 printf("with one: %d\n", status_of(service, safelight_bytes_data(signed_path)));
 *                 result = 0;
 *             }
 *             safelight_service_close(service, NULL);
 *         }
 *         safelight_error_free(error);
 *         safelight_bytes_free(signed_path);
 *         safelight_service_free(service);
 *         free(data);
 *         return result;
 *     }
 *
 * A service opens files below its folder, connections to the stores that its configuration names
 * and to sources that it allows, and no port. It has threads of its own until
 * safelight_service_close(): open it after fork(), close it before you free it.
 *
 * Text and bytes
 * --------------
 * What goes in is a pointer and a length; text is UTF-8 and needs no NUL. Nothing at all is
 * (NULL, 0), or any pointer with 0. It is borrowed: it must stay as it is during the call, and
 * is not looked at afterwards. Text that comes out has a length too, and for your convenience a
 * NUL behind it that the length does not count.
 *
 * Handles and ownership
 * ---------------------
 * safelight_engine, safelight_job, safelight_image, safelight_service, safelight_response,
 * safelight_answer, safelight_bytes and safelight_error are handles. They look like pointers but
 * are keys, so a wrong one is noticed: a handle that is NULL, was freed, or belongs to another
 * type makes a call return SAFELIGHT_INVALID, and is left alone by the function that frees. What
 * you receive through an out parameter is yours, and goes back through the _free function of its
 * type. Pointers that you read out of a handle live as long as the handle. Handles do not depend
 * on each other: free them in any order.
 *
 * Errors
 * ------
 * A call that can fail returns a status: SAFELIGHT_OK, or the kind of the error, which says who
 * must act. Its last parameter may be NULL; else a failure writes a safelight_error there, with
 * one line that a client may see and detail for your log. On failure nothing else is written;
 * on success no error is. There is no global error state.
 *
 *     number  constant               HTTP  meaning
 *          1  SAFELIGHT_INVALID       400  an option, a URL or an argument is wrong
 *          2  SAFELIGHT_SIGNATURE     403  a signature is missing, wrong or expired
 *          3  SAFELIGHT_FORBIDDEN     403  a source or an option is not allowed here
 *          4  SAFELIGHT_NOT_FOUND     404  there is no such thing
 *          5  SAFELIGHT_TOO_LARGE     413  a limit was passed
 *          6  SAFELIGHT_UNSUPPORTED   415  the format or feature is not available
 *          7  SAFELIGHT_MALFORMED     422  the image is broken
 *          8  SAFELIGHT_CANCELLED     499  the job was cancelled
 *          9  SAFELIGHT_TIMEOUT       504  the job's time is up
 *         10  SAFELIGHT_STORAGE       502  a store or another backend failed
 *         11  SAFELIGHT_INTERNAL      500  a fault of the library
 *         12  SAFELIGHT_CONFLICT      409  something of that name is there already
 *         13  SAFELIGHT_BUSY          503  there is too much to do just now; later it may work
 *
 * A fault inside the library is caught and returned as SAFELIGHT_INTERNAL. Numbers are never
 * reused; take one that you do not know as SAFELIGHT_INTERNAL.
 *
 * Threads
 * -------
 * Every function may be called from any thread at any time, also with one handle from several
 * threads at once. Do not free a handle while another thread reads through a pointer that came
 * out of it. safelight_job_cancel() stops a call that runs in another thread. After fork() the
 * child may go on using the library when no other thread was inside it, but for services.
 *
 * Versions
 * --------
 * A program that loads the library at run time compares safelight_abi_version() with the
 * SAFELIGHT_ABI_VERSION it was compiled with: the upper 16 bits must be equal, the lower 16 bits
 * must not be below. New options need no new header.
 *
 * This file is generated from the library's source; do not edit it.
 */

#ifndef SAFELIGHT_H
#define SAFELIGHT_H

#include <stddef.h>
#include <stdint.h>

/** Version of the library that this header came with. */
#define SAFELIGHT_VERSION "0.1.0"

/** Status of a call that did what it was asked for. */
#define SAFELIGHT_OK 0

/** An option, a URL or an argument is wrong. */
#define SAFELIGHT_INVALID 1

/** A signature is missing, wrong or expired. */
#define SAFELIGHT_SIGNATURE 2

/** A source or an option is not allowed here. */
#define SAFELIGHT_FORBIDDEN 3

/** There is no such thing. */
#define SAFELIGHT_NOT_FOUND 4

/** A limit was passed. */
#define SAFELIGHT_TOO_LARGE 5

/** The format or feature is not available. */
#define SAFELIGHT_UNSUPPORTED 6

/** The image is broken. */
#define SAFELIGHT_MALFORMED 7

/** The job was cancelled. */
#define SAFELIGHT_CANCELLED 8

/** The job's time is up. */
#define SAFELIGHT_TIMEOUT 9

/** A store or another backend failed. */
#define SAFELIGHT_STORAGE 10

/** A fault of the library. */
#define SAFELIGHT_INTERNAL 11

/** Something of that name is there already. */
#define SAFELIGHT_CONFLICT 12

/** There is too much to do just now; later it may work. */
#define SAFELIGHT_BUSY 13

/**
 * Version of this interface: the major number in the upper 16 bits, the minor in the lower. A
 * program needs a library with its own major number and a minor number that is not below its
 * own. Functions and numbers are only ever added.
 */
#define SAFELIGHT_ABI_VERSION 0x00010001

/**
 * What a hosted verb gives. It never changes, so any number of threads may read one at once. It
 * lives until safelight_answer_free() and outlives its service and its job.
 */
typedef struct safelight_answer safelight_answer;

/**
 * A text result, JSON for most verbs. It never changes, so any number of threads may read one at
 * once. It lives until safelight_bytes_free() and outlives everything else.
 */
typedef struct safelight_bytes safelight_bytes;

/**
 * Limits of what a call may cost. Any number of threads may use one at once. It may be freed
 * while calls still run with it; results do not need it.
 */
typedef struct safelight_engine safelight_engine;

/**
 * Why a call failed. It never changes, so any number of threads may read one at once. It lives
 * until safelight_error_free() and outlives everything else.
 */
typedef struct safelight_error safelight_error;

/**
 * A finished result. It never changes, so any number of threads may read one at once. It lives
 * until safelight_image_free() and outlives its engine and its job.
 */
typedef struct safelight_image safelight_image;

/**
 * A deadline, a way to cancel, and what options may call by name, for one or more calls. Any
 * number of threads may use one at once; cancelling is what it is for. It may be freed while a
 * call still runs with it: the call then ends as it would have, and can no longer be cancelled.
 */
typedef struct safelight_job safelight_job;

/**
 * What a server sends back for a request. It never changes, so any number of threads may read
 * one at once. It lives until safelight_response_free() and outlives its service and its job.
 */
typedef struct safelight_response safelight_response;

/**
 * Hosted images behind HTTP requests and verbs. Any number of threads may use one at once. It
 * may be freed while calls still run with it; results do not need it.
 */
typedef struct safelight_service safelight_service;

/**
 * Finds the subject of a picture. `pixels` are `width` times `height` RGBA pixels, 8 bits a
 * sample, sRGB, alpha straight, rows from the top without gaps. The hook writes `width` times
 * `height` bytes to `mask`: 0 is background, 255 the subject. It returns SAFELIGHT_OK, or the
 * number of the error that the call shall return.
 */
typedef int32_t (*safelight_segment_hook)(void *user,
                                          const uint8_t *pixels,
                                          uint32_t width,
                                          uint32_t height,
                                          uint8_t *mask);

/**
 * Enlarges a picture. `pixels` are as in safelight_segment_hook; the hook writes `to_width` times
 * `to_height` pixels of the same kind to `larger`, and returns as that one does.
 */
typedef int32_t (*safelight_upscale_hook)(void *user,
                                          const uint8_t *pixels,
                                          uint32_t width,
                                          uint32_t height,
                                          uint32_t to_width,
                                          uint32_t to_height,
                                          uint8_t *larger);

/**
 * Decodes a HEIC file. `data` are its `len` bytes; the hook writes `width` times `height` RGBA
 * pixels to `pixels`, upright and in sRGB, and returns as safelight_segment_hook does. The size
 * is the one that the file's header says.
 */
typedef int32_t (*safelight_decode_hook)(void *user,
                                         const uint8_t *data,
                                         size_t len,
                                         uint32_t width,
                                         uint32_t height,
                                         uint8_t *pixels);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/* ---- The library itself ------------------------------------------------------------ */

/**
 * SAFELIGHT_ABI_VERSION of the library that is loaded.
 */
uint32_t safelight_abi_version(void);

/**
 * Version of the library that is loaded, for example `0.1.0`.
 *
 * The text ends with a NUL and lives as long as the program.
 */
const char *safelight_version(void);

/**
 * Which codec libraries are inside, and whether their SIMD or assembly runs on this machine:
 * a JSON array such as `[{"role":"jpeg","name":"mozjpeg 4.1.5","accelerated":true}]`.
 *
 * `out` receives the JSON, to be freed with safelight_bytes_free().
 * Errors: SAFELIGHT_INVALID when `out` is NULL.
 */
int32_t safelight_backends(safelight_bytes **out, safelight_error **error);

/**
 * Panics inside the library on purpose and returns SAFELIGHT_INTERNAL: a way to prove that a
 * fault of the library reaches a program as an error and does not end it.
 */
int32_t safelight_panic_on_purpose(safelight_error **error);

/* ---- Errors ------------------------------------------------------------------------ */

/**
 * The kind of an error, SAFELIGHT_INVALID or another of the numbers above: the same one that
 * the failed call returned. SAFELIGHT_INVALID when `error` is NULL or was freed.
 */
int32_t safelight_error_kind(const safelight_error *error);

/**
 * One line that says what was expected and what came, for example
 * `width: expected 1 to 20000, got 0`. It holds nothing secret: it may be shown to the client
 * of a server. NULL when `error` is NULL or was freed.
 *
 * The text has safelight_error_message_len() bytes and a NUL behind them.
 * The pointer lives as long as the handle.
 */
const char *safelight_error_message(const safelight_error *error);

/**
 * Bytes of safelight_error_message(), without the NUL behind them. 0 when `error` is NULL or
 * was freed.
 */
size_t safelight_error_message_len(const safelight_error *error);

/**
 * Detail for your log, empty when there is none. It may name paths and hosts: do not show it to
 * clients. NULL when `error` is NULL or was freed.
 *
 * The text has safelight_error_context_len() bytes and a NUL behind them.
 * The pointer lives as long as the handle.
 */
const char *safelight_error_context(const safelight_error *error);

/**
 * Bytes of safelight_error_context(), without the NUL behind them. 0 when `error` is NULL or
 * was freed.
 */
size_t safelight_error_context_len(const safelight_error *error);

/**
 * Frees an error. NULL and a handle that was freed before are left alone.
 */
void safelight_error_free(safelight_error *error);

/**
 * The name of a status without its prefix, `INVALID` for SAFELIGHT_INVALID, `OK` for 0, and
 * `UNKNOWN` for a number that this version does not have.
 *
 * The text ends with a NUL and lives as long as the program.
 */
const char *safelight_kind_name(int32_t kind);

/* ---- Engines, and the verbs on images ---------------------------------------------- */

/**
 * Makes an engine. `limits` is a JSON object; what it leaves out keeps its default, and with no
 * text at all every limit does:
 *
 *     name                          default  bounds
 *     source_bytes                100000000  bytes of a source
 *     source_pixels               100000000  pixels of a source frame
 *     source_side                     12000  longest side of a source
 *     frames                           1000  frames of a source
 *     animation_pixels            100000000  pixels of all frames together
 *     animation_transform_pixels   50000000  the same; with more it is passed through
 *     output_pixels               100000000  pixels of a result
 *     output_side                     12000  longest side of a result
 *     avif_side_auto                   1200  longest side of an AVIF that `format=auto` picks
 *     avif_side                        1600  longest side of an AVIF asked for by name
 *     memory                      268435456  bytes that pixels and codecs of one call hold at once
 *     scans                             100  scans of a progressive JPEG
 *     profile_bytes                 4194304  bytes of a colour profile
 *     exif_bytes                    1048576  bytes of EXIF data
 *     time_ms                         30000  milliseconds of one call; 0 is no bound
 *     threads                             1  threads of one call; more never changes the bytes
 *
 * `out` receives the engine, to be freed with safelight_engine_free().
 * Errors: SAFELIGHT_INVALID for a name that is not in the table, a value that is not a number
 * of its range, text that is not JSON, or `out` NULL.
 */
int32_t safelight_engine_new(const char *limits,
                             size_t limits_len,
                             safelight_engine **out,
                             safelight_error **error);

/**
 * Frees an engine. NULL and a handle that was freed before are left alone.
 */
void safelight_engine_free(safelight_engine *engine);

/**
 * Turns an image into a better one.
 *
 * `engine` may be NULL: default limits. `data` is a whole JPEG, PNG, GIF, WebP or AVIF file; its
 * format is found from its bytes. `options` say what to make of it, as in a URL
 * (`width=400,format=auto`) or as a JSON object (`{"width":400,"format":"auto"}`); none at all
 * is allowed. `headers` are those of the request that the image is for, one `Name: value` a
 * line; `Accept` decides what `format=auto` becomes; none at all is allowed. `job` may be NULL:
 * no deadline beyond the engine's and no way to cancel.
 *
 * `out` receives the result, to be freed with safelight_image_free(). The same input gives the
 * same bytes in every language and for any number of threads. Names of options that are not
 * known are no error: the result's info lists them under `warnings`.
 *
 * Errors: SAFELIGHT_INVALID for a malformed option, text that is not UTF-8, a handle that was
 * freed, or `out` NULL; SAFELIGHT_TOO_LARGE for a limit; SAFELIGHT_UNSUPPORTED for a format or
 * an option that this version does not do; SAFELIGHT_MALFORMED for a broken image;
 * SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`.
 */
int32_t safelight_render(const safelight_engine *engine,
                         const uint8_t *data,
                         size_t data_len,
                         const char *options,
                         size_t options_len,
                         const char *headers,
                         size_t headers_len,
                         const safelight_job *job,
                         safelight_image **out,
                         safelight_error **error);

/**
 * Reads the header of an image; no pixel is decoded.
 *
 * `engine` may be NULL: default limits. `data` is a whole image file, or at least all of it up
 * to the first pixels.
 *
 * `out` receives a JSON object, to be freed with safelight_bytes_free(): `format`, `mime`,
 * `width` and `height` as the picture is meant to be seen, `frames`, `loops`, `duration` in
 * milliseconds (null for a still picture, like `loops`), `orientation`, `color`
 * (`gray`, `rgb`, `cmyk`), `alpha`, `bits`, `progressive`, `lossless`, `subsampling`,
 * `profile` (`srgb`, `icc`, `cicp`), and whether the file carries `exif`, `xmp`, `iptc`, a
 * `gain_map` and `content_credentials`.
 *
 * Errors: SAFELIGHT_INVALID for a handle that was freed or `out` NULL; SAFELIGHT_TOO_LARGE for
 * a limit; SAFELIGHT_UNSUPPORTED for a format that is not known; SAFELIGHT_MALFORMED for a
 * broken header.
 */
int32_t safelight_probe(const safelight_engine *engine,
                        const uint8_t *data,
                        size_t data_len,
                        safelight_bytes **out,
                        safelight_error **error);

/**
 * Says what safelight_render() would do with the same arguments. Pixels are decoded only where
 * the options ask what pixels alone can tell, such as where a face is.
 *
 * `out` receives a JSON object, to be freed with safelight_bytes_free(): `source` as
 * safelight_probe() gives it, `plan` (every step with its final sizes, and the memory it
 * takes), `key` (the canonical text of the options, equal for equal options) and `warnings`.
 *
 * Errors: those of safelight_render().
 */
int32_t safelight_explain(const safelight_engine *engine,
                          const uint8_t *data,
                          size_t data_len,
                          const char *options,
                          size_t options_len,
                          const char *headers,
                          size_t headers_len,
                          const safelight_job *job,
                          safelight_bytes **out,
                          safelight_error **error);

/**
 * Says what a picture shows, from one small decode.
 *
 * `engine`, `data` and `job` are those of safelight_render().
 *
 * `out` receives a JSON object, to be freed with safelight_bytes_free(): `format`, `mime`,
 * `width`, `height`, `size`, `frames`, `alpha`, `color` (the mean), `palette` (`color`, `share`,
 * and `text`, the colour of text that reads well on it), `blurhash`, `thumbhash`, `phash`,
 * `faces`, `focus` and `placeholder` (a data URI). Positions are shares, 0 to 1, of the picture
 * as seen.
 *
 * Errors: those of safelight_render() but for options.
 */
int32_t safelight_describe(const safelight_engine *engine,
                           const uint8_t *data,
                           size_t data_len,
                           const safelight_job *job,
                           safelight_bytes **out,
                           safelight_error **error);

/**
 * Makes a file smaller without changing what it shows, or as little as was allowed: never larger
 * than the source, never below the floor.
 *
 * `engine`, `data` and `job` are those of safelight_render(). `options` is a JSON object; what it
 * leaves out keeps its default, and none at all is allowed:
 *
 *     name    default   meaning
 *     mode    lossless  `lossless`: every pixel that is seen stays; `lossy`: as few bytes as keep
 *                       the floor
 *     webp    false     the client takes WebP
 *     avif    false     the client takes AVIF; made by `lossy` only
 *     accept            the request's Accept header: WebP and AVIF when it names them
 *     floor   80        SSIMULACRA2 against the source that a lossy result keeps, 30 to 100;
 *                       of a picture beyond 4 Mi pixels, or wider than 4096, tiles are scored
 *
 * `out` receives the result, to be freed with safelight_image_free(). Its info is a JSON object:
 * `status`, `format` (null for bytes that are no picture), `mime`, `width` and `height` as seen,
 * `size`, `quality` and `score` (null where nothing was lost), `original` (`format`, `size`), and
 * the values of two response headers, `header` (Cf-Polished) and `bgj` (Cf-Bgj). `status` is
 *
 *     ok                    the bytes are fewer
 *     webp_bigger           WebP was tried and is not clearly smaller (by 5 %); the bytes are in
 *                           a format that all clients read, and may be fewer
 *     not_compressed        all that was tried takes as many bytes as the source, or more
 *     not_needed            nothing was tried: a modern format already, or a gain map, which
 *                           would be lost
 *     input_too_large       a limit: bytes, pixels, frames, memory
 *     cannot_optimize       broken or cut short
 *     format_not_supported  BMP, TIFF, SVG and others, and what is no picture
 *     internal_error        a fault of ours
 *
 * and with all but the first two the bytes are the source's own. Metadata goes, but for the
 * orientation and for colours that are not sRGB.
 *
 * Errors: SAFELIGHT_INVALID for malformed options, a handle that was freed, or `out` NULL;
 * SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`. A picture that cannot be
 * polished is no error.
 */
int32_t safelight_polish(const safelight_engine *engine,
                         const uint8_t *data,
                         size_t data_len,
                         const char *options,
                         size_t options_len,
                         const safelight_job *job,
                         safelight_image **out,
                         safelight_error **error);

/* ---- The verb on pages ------------------------------------------------------------- */

/**
 * Says what to change about the pictures of a page, what it saves, and the markup that does it.
 *
 * `engine` may be NULL: default limits. `html` is the page's text. `job` holds what the page
 * loads, pictures and style sheets, as assets by their absolute URLs: see
 * safelight_job_add_asset(). Nothing is fetched; what is not there is told as a warning. Every
 * picture is rendered for its place, so give an engine of large pages a longer `time_ms`.
 *
 * `request` is a JSON object. It must have `url`, where the page is, and may have `host`
 * (scheme and host of transform URLs), `viewport` (`width`, `height`, `dpr`), `accept`,
 * `options` (of every transform URL; without any `quality=auto`), `html` (true: the answer has
 * the changed page) and `shown`, what a browser has shown: objects of `url`, `kind`, `width`
 * and `height` in CSS pixels, `fit` (as object-fit), `main`, `above_fold` and `reserved`.
 * Without `shown` sizes come from attributes, styles and `sizes`, and what is seen first from
 * the order of the page.
 *
 * `out` receives a JSON object, to be freed with safelight_bytes_free():
 *
 *     summary     images, findings, bytes, possible, saved; every file counts once
 *     images      each with kind, url, document, start, end, line, markup, bytes, format, width,
 *                 height, shown, main, above_fold, best, saved, findings and fix
 *     edits       document (null: the page), start and end in bytes, text; in order
 *     warnings    an array of texts
 *     html        the page with all edits, where asked for
 *
 * A finding has `rule` (`size`, `format`, `quality`, `srcset`, `sizes`, `dimensions`, `lazy`,
 * `lazy-main`, `lazy-first`, `priority`, `preload`, `host`), `text`, and `saved` in bytes or null.
 *
 * Errors: SAFELIGHT_INVALID for a request that is not such an object, text that is not UTF-8, a
 * handle that was freed, or `out` NULL; SAFELIGHT_TOO_LARGE for a page beyond 8 MiB or 5,000
 * pictures; SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`.
 */
int32_t safelight_audit(const safelight_engine *engine,
                        const char *html,
                        size_t html_len,
                        const char *request,
                        size_t request_len,
                        const safelight_job *job,
                        safelight_bytes **out,
                        safelight_error **error);

/* ---- Hooks of the host ------------------------------------------------------------- */

/**
 * Makes an engine whose host does a part of the work. `limits` are those of
 * safelight_engine_new(). A hook that is NULL is not there:
 *
 *     segment     makes segment=foreground work
 *     upscale     makes upscale=generate work
 *     decode      makes HEIC sources work
 *
 * `user` is handed to every hook. Hooks are called by the thread that makes the call, and by
 * several at once when several calls run; they and `user` must stay good until the engine is
 * freed and its last call has ended. The buffers are theirs for the time of the call only.
 *
 * `out` receives the engine, to be freed with safelight_engine_free().
 * Errors: those of safelight_engine_new().
 */
int32_t safelight_engine_new_with_hooks(const char *limits,
                                        size_t limits_len,
                                        safelight_segment_hook segment,
                                        safelight_upscale_hook upscale,
                                        safelight_decode_hook decode,
                                        void *user,
                                        safelight_engine **out,
                                        safelight_error **error);

/* ---- Services ---------------------------------------------------------------------- */

/**
 * Opens a service whose host does a part of the work. `config` is that of
 * safelight_service_open(), the hooks and `user` are those of safelight_engine_new_with_hooks();
 * they must stay good until the service is closed, freed, and its last call has ended.
 *
 * `out` receives the service, to be freed with safelight_service_free().
 * Errors: those of safelight_service_open().
 */
int32_t safelight_service_open_with_hooks(const char *config,
                                          size_t config_len,
                                          safelight_segment_hook segment,
                                          safelight_upscale_hook upscale,
                                          safelight_decode_hook decode,
                                          void *user,
                                          safelight_service **out,
                                          safelight_error **error);

/* ---- Rendered results -------------------------------------------------------------- */

/**
 * The encoded bytes, safelight_image_len() of them: a file of the format that
 * safelight_image_format() names. NULL when `image` is NULL or was freed.
 *
 * The pointer lives as long as the handle.
 */
const uint8_t *safelight_image_data(const safelight_image *image);

/**
 * Bytes of safelight_image_data(). 0 when `image` is NULL or was freed.
 */
size_t safelight_image_len(const safelight_image *image);

/**
 * Width in pixels. 0 when `image` is NULL or was freed.
 */
uint32_t safelight_image_width(const safelight_image *image);

/**
 * Height in pixels. 0 when `image` is NULL or was freed.
 */
uint32_t safelight_image_height(const safelight_image *image);

/**
 * The format: `jpeg`, `png`, `gif`, `webp`, `avif`, or `json` when `format=json` was asked for; of
 * a source that safelight_polish() gave back any format that is known, or nothing.
 * NULL when `image` is NULL or was freed.
 *
 * The text ends with a NUL. The pointer lives as long as the handle.
 */
const char *safelight_image_format(const safelight_image *image);

/**
 * All that is known about the result as a JSON object; of safelight_polish() what is listed there,
 * of safelight_render(): `format`, `mime`, `width`, `height`,
 * `size` in bytes, `quality` (null where the format has none), `frames`, `duration` in
 * milliseconds (null for a still picture), `source` (`format`, `width`,
 * `height`), `warnings` (an array of texts), `timings` in milliseconds (`plan`, `decode`,
 * `transform`, `encode`) and `memory`, the most bytes that pixels and codecs held at once.
 * NULL when `image` is NULL or was freed.
 *
 * The text has safelight_image_info_len() bytes and a NUL behind them.
 * The pointer lives as long as the handle.
 */
const char *safelight_image_info(const safelight_image *image);

/**
 * Bytes of safelight_image_info(), without the NUL behind them. 0 when `image` is NULL or was
 * freed.
 */
size_t safelight_image_info_len(const safelight_image *image);

/**
 * Frees a result. NULL and a handle that was freed before are left alone.
 */
void safelight_image_free(safelight_image *image);

/* ---- Deadlines and cancellation ---------------------------------------------------- */

/**
 * Makes a job whose time is up `timeout_ms` milliseconds from now; 0 is no deadline of its own.
 * A call that runs with it ends at the nearer of this deadline and the limit `time_ms` of its
 * engine, and returns SAFELIGHT_TIMEOUT.
 *
 * `out` receives the job, to be freed with safelight_job_free().
 * Errors: SAFELIGHT_INVALID when `out` is NULL.
 */
int32_t safelight_job_new(uint64_t timeout_ms, safelight_job **out, safelight_error **error);

/**
 * Asks every call that runs with `job`, and every later one, to stop. It returns at once, from
 * any thread; the calls return SAFELIGHT_CANCELLED within a few milliseconds, or when the codec
 * they are in returns. NULL and a handle that was freed are left alone.
 */
void safelight_job_cancel(const safelight_job *job);

/**
 * Gives options something to call by name: an overlay picture, or the font of a text. `name` is
 * what the option `draw` says as `url`, a URL or any other text; `data` is a whole file, which is
 * copied. The same name again replaces what was there. Nothing is ever fetched.
 *
 * Errors: SAFELIGHT_INVALID for a handle that was freed, NULL, or text that is not UTF-8.
 */
int32_t safelight_job_add_asset(const safelight_job *job,
                                const char *name,
                                size_t name_len,
                                const uint8_t *data,
                                size_t data_len,
                                safelight_error **error);

/**
 * Frees a job. NULL and a handle that was freed before are left alone.
 */
void safelight_job_free(safelight_job *job);

/* ---- The verbs on links and requests ----------------------------------------------- */

/**
 * Signs a path.
 *
 * `path` is path and query of a URL, `/account/image/public`; a full URL is not. `key` is the
 * signing key. `expires` is the second, in Unix time, at which the link stops to work; below 0 it
 * works for ever.
 *
 * `out` receives the path with `exp` (where one was given) and `sig` appended, to be freed with
 * safelight_bytes_free().
 *
 * Errors: SAFELIGHT_INVALID for a path that cannot be signed, an empty key, text that is not
 * UTF-8, or `out` NULL.
 */
int32_t safelight_sign(const char *path,
                       size_t path_len,
                       const char *key,
                       size_t key_len,
                       int64_t expires,
                       safelight_bytes **out,
                       safelight_error **error);

/**
 * Checks a signed path; SAFELIGHT_OK means that the signature is right and has not expired.
 *
 * `path` is path and query exactly as they came in the request. `keys` and `key_lens` are arrays
 * of `key_count` pointers and lengths: the keys that count, so that an old one stays good while
 * a new one is brought in. `now` is the time in Unix seconds; below 0 the system's clock is
 * read. The check takes the same time whatever is wrong with a signature.
 *
 * Errors: SAFELIGHT_SIGNATURE for a signature that is missing, wrong or expired;
 * SAFELIGHT_INVALID for no key at all or an empty one, NULL arrays and text that is not UTF-8.
 */
int32_t safelight_verify(const char *path,
                         size_t path_len,
                         const char *const *keys,
                         const size_t *key_lens,
                         size_t key_count,
                         int64_t now,
                         safelight_error **error);

/**
 * Reads an image URL, with or without scheme and host. With `lenient` other than 0 a malformed
 * option is left out with a warning, as the service that these URLs come from does; a number that
 * is out of range and an unknown format stay errors.
 *
 * `out` receives a JSON object, to be freed with safelight_bytes_free(). Members that the URL
 * does not have are null.
 *
 *     form        transform, or delivery for a hosted image
 *     host        scheme and host, as in https://example.com
 *     options     canonical text, equal for equal options
 *     warnings    an array of texts: what was ignored, and why
 *     source      transform: a path, or the URL of another host
 *     custom      delivery: whether the path starts with /cdn-cgi/imagedelivery/
 *     account     delivery: the account's hash
 *     image       delivery: the image's id, decoded
 *     variant     delivery: the variant's name; a URL has this or options
 *     query       delivery: what follows the question mark
 *
 * Errors: SAFELIGHT_INVALID for a URL of neither form, a malformed option, text that is not
 * UTF-8, or `out` NULL.
 */
int32_t safelight_parse_url(const char *url,
                            size_t url_len,
                            int32_t lenient,
                            safelight_bytes **out,
                            safelight_error **error);

/**
 * Writes an image URL from the JSON object that safelight_parse_url() gives; what is null there
 * may be left out.
 *
 * `out` receives the URL, to be freed with safelight_bytes_free().
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, a malformed option, or `out`
 * NULL.
 */
int32_t safelight_build_url(const char *json,
                            size_t json_len,
                            safelight_bytes **out,
                            safelight_error **error);

/**
 * Finds the best format for a request.
 *
 * `json` is `{"headers":{"Accept":"image/avif"},"formats":["avif","webp","jpeg"]}`, where
 * `formats` are the candidates, best first; left out they are the three of the example.
 *
 * `out` receives `{"format":"avif","formats":["avif"],"vary":["Accept"]}`, to be freed with
 * safelight_bytes_free(): the format to send, which of AVIF and WebP the client takes, and the
 * request headers that decided, for `Vary`.
 *
 * With a member `"options"`, text of render options, the answer is what they come to for this
 * client: `{"options":"width=768","width":768,"format":null,"vary":["Sec-CH-Width"],"accept_ch":
 * ["Sec-CH-Width"]}`. `width=auto` has become a number; `format` is null where the source decides;
 * `accept_ch` lists the hints to ask clients for.
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, or `out` NULL.
 */
int32_t safelight_negotiate(const char *json,
                            size_t json_len,
                            safelight_bytes **out,
                            safelight_error **error);

/**
 * Reduces the Accept header of a request, in front of a cache and an origin that sends several
 * formats under one URL (Vary for Images).
 *
 * `json` is `{"rules":{"jpg":["image/webp","image/avif"]},"path":"/cat.jpg","accept":
 * "image/webp,image/png","stored":[{"accept":"image/webp","content_type":"image/webp"}]}`. `rules`
 * are the media types that the origin may send, by extension. `path` may have a query; its
 * extension decides. `accept` is the client's header, null for none. `stored` are the variants
 * that the cache holds for the URL and may be left out.
 *
 * `out` receives `{"extension":"jpg","accept":"image/webp","types":["image/webp"],"chosen":0}`, to
 * be freed with safelight_bytes_free(). `accept` is the header for the origin and the name of the
 * variant; `types` are what may come, best first; `chosen` is the index of the stored variant to
 * send, or null: then the origin is to be asked. Where no rule governs the path `extension` and
 * `accept` are null: the client's header goes on as it is. A purge of a URL drops all that is
 * stored for it.
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, a rule that may not be, a path
 * that does not start with a slash, or `out` NULL.
 */
int32_t safelight_vary_request(const char *json,
                               size_t json_len,
                               safelight_bytes **out,
                               safelight_error **error);

/**
 * Judges what an origin answered to a request of safelight_vary_request().
 *
 * `json` is `{"rules":{"jpg":["image/webp"]},"path":"/cat.jpg","accept":"image/webp",
 * "content_type":"image/webp","vary":"Accept"}`: rules and path as they were, the client's header
 * or the one that was sent, and two headers of the answer, null where it lacks them.
 *
 * `out` receives `{"store":true,"accept":"image/webp","status":"MISS","reason":"variant"}`, to be
 * freed with safelight_bytes_free(). `store` says whether the cache may keep the answer, `accept`
 * under which name; null is the single copy for all clients. `status` is MISS or BYPASS. `reason`:
 *
 *     variant              stored: a type that was asked for
 *     single               stored: the origin does not vary
 *     wrong_type           not a type that was asked for
 *     vary_missing         not the extension's type, but the origin does not say that it varies
 *     vary_header_present  varies by something else than Accept and Accept-Encoding
 *     no_rule              varies by Accept, but the path has no rule
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, a rule that may not be, a path
 * that does not start with a slash, or `out` NULL.
 */
int32_t safelight_vary_response(const char *json,
                                size_t json_len,
                                safelight_bytes **out,
                                safelight_error **error);

/**
 * Says what a request stands for when answers of its origin vary by headers, and whether such an
 * answer is stored.
 *
 * `json` is `{"behaviors":{"default":{"action":"bypass"},"headers":{"accept":{"action":"normalize",
 * "media_types":["image/webp"]},"accept-language":{"action":"normalize","languages":["de","en"]},
 * "x-device":{"action":"passthrough"}}},"headers":{"Accept":"image/webp"},"vary":"Accept"}`.
 * `headers` are the client's; `vary` is the answer's or the one that the cache remembers for the
 * URL, null for none. What is done for a header that an answer varies by:
 *
 *     normalize    it is reduced to the list, or its white space, for the origin and in the key
 *     passthrough  it goes on as it came, and is a part of the key
 *     bypass       the answer is not stored; also without a default
 *
 * `out` receives `{"send":{"accept":"image/webp","accept-language":"*"},"store":true,
 * "key":{"accept":"image/webp"},"status":"MISS"}`, to be freed with safelight_bytes_free(). `send`
 * are the headers that go to the origin in place of the client's, null for one that it did not
 * send; `key` tells the variants of the URL apart; `status` is MISS or BYPASS. Accept-Encoding is
 * the cache's own matter unless it is listed.
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, a list that may not be, a name
 * that no header has, or `out` NULL.
 */
int32_t safelight_vary_headers(const char *json,
                               size_t json_len,
                               safelight_bytes **out,
                               safelight_error **error);

/**
 * Writes the HTML of a picture: `<img>` or `<picture>` with `srcset`, `sizes`, dimensions, lazy
 * loading and a placeholder. No pixel is needed.
 *
 * `json` is an object. It must have `source` (what transform URLs name) or `delivery` (a hosted
 * image: `account`, `image`), and `width` and `height` of the source as seen. It may have `host`,
 * `layout` (`constrained`, `fixed`, `full`), `display_width`, `display_height`, `options`,
 * `formats`, `widths`, `sizes`, `alt`, `class`, `priority`, `placeholder`, `style` and `sign`
 * (`key`, `expires`).
 *
 * `out` receives an object, to be freed with safelight_bytes_free(): `html`, its parts `src`,
 * `srcset`, `sizes`, `width`, `height` and `sources`, `preload` and `warnings`.
 *
 * Errors: SAFELIGHT_INVALID for text that is not such an object, or `out` NULL.
 */
int32_t safelight_markup(const char *json,
                         size_t json_len,
                         safelight_bytes **out,
                         safelight_error **error);

/**
 * Opens a service on the stores that `config` names, a JSON object. One member is enough:
 * `folder`, where everything is then kept, and which is made when it is not there. The others:
 *
 *     folder             folder of state, for whatever has no place of its own below
 *     catalog            sqlite:PATH or postgres://…
 *     originals          file:PATH, s3://bucket/prefix?endpoint=…&region=…, gs://… or az://…
 *     results            {"memory", "disk": bytes to keep, "bucket": like originals}
 *     account            {"id", "hash"} of the account that is there from the start
 *     admin_token        a token that may do everything over the REST API
 *     base_url           scheme and host that links are built with: https://img.example
 *     mount              path that all requests begin with: /images
 *     sources            {"folder", "allowed_origins", "http", "any", "networks", "ports"}: what
 *                        may be transformed and fetched
 *     limits             what one picture may cost, as for safelight_engine_new()
 *     require_signature  every delivery has to be signed; opening fails without a key
 *     workers, queue     pictures that are worked on at once, and that may wait for it
 *     avif_budget_ms     how long a first request may wait for AVIF; 0 always waits
 *     lease_ms           how long a node of a cluster may answer from its own copy
 *
 * It opens files below `folder`, connections to the stores that are named, none other, and
 * connections to sources that are allowed; it starts threads of its own, which
 * safelight_service_close() ends.
 *
 * A SQLite catalog, which a folder has, is for one service of one process at a time; what a killed
 * one left unfinished is cleared away. Several processes share PostgreSQL.
 *
 * `out` receives the service, to be freed with safelight_service_free().
 * Errors: SAFELIGHT_INVALID for a name that is not known, a value that cannot be meant, text
 * that is not JSON, or `out` NULL; SAFELIGHT_STORAGE when a store does not open; SAFELIGHT_BUSY
 * when another service has the SQLite catalog and does not close it within two seconds.
 */
int32_t safelight_service_open(const char *config,
                               size_t config_len,
                               safelight_service **out,
                               safelight_error **error);

/**
 * Whether a request is one for `service`: 1 for its REST API, transforms, deliveries and uploads
 * below `mount`, 0 for what the host answers itself. It looks at `method` and `target` alone,
 * both as in safelight_service_handle().
 *
 * `body_limit` may be NULL. Else it receives how many bytes of body to read at most: hand over
 * one more when there are more, and the answer says so.
 *
 * Returns 0 as well when `service` is NULL or was freed, or when text is not UTF-8.
 */
int32_t safelight_service_wants(const safelight_service *service,
                                const char *method,
                                size_t method_len,
                                const char *target,
                                size_t target_len,
                                uint64_t *body_limit);

/**
 * Answers an HTTP request, whatever it asks: what goes wrong is a response, too.
 *
 * `method` is in upper case. `target` is path and query as they were sent, not decoded.
 * `headers` are those of the request, one `Name: value` a line. `body` is the whole body.
 * `job` may be NULL: no deadline beyond the service's and no way to cancel.
 *
 * `out` receives the response, to be freed with safelight_response_free().
 * Errors: SAFELIGHT_INVALID for a handle that was freed, text that is not UTF-8, or `out` NULL.
 */
int32_t safelight_service_handle(const safelight_service *service,
                                 const char *method,
                                 size_t method_len,
                                 const char *target,
                                 size_t target_len,
                                 const char *headers,
                                 size_t headers_len,
                                 const uint8_t *body,
                                 size_t body_len,
                                 const safelight_job *job,
                                 safelight_response **out,
                                 safelight_error **error);

/**
 * Runs a verb of the REST API without HTTP and without a token.
 *
 * `verb` is its name: `images.upload`, `images.get`, `images.list`, `images.update`,
 * `images.delete`, `images.original`, `variants.create` and so on; the OpenAPI file lists them as
 * `operationId`. `arguments` is a JSON object of the parameters and fields of the REST API under
 * their names there; no text at all is the empty object. `body` is the file of an upload, as it
 * is. `job` may be NULL: no deadline beyond the service's and no way to cancel.
 *
 * `out` receives the answer, to be freed with safelight_answer_free().
 * Errors: SAFELIGHT_INVALID for a verb or an argument that is not known or not right, a handle
 * that was freed, text that is not UTF-8, or `out` NULL; SAFELIGHT_NOT_FOUND, SAFELIGHT_CONFLICT,
 * SAFELIGHT_TOO_LARGE, SAFELIGHT_UNSUPPORTED and SAFELIGHT_MALFORMED as the REST API has them;
 * SAFELIGHT_STORAGE when a store fails; SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job`.
 */
int32_t safelight_service_call(const safelight_service *service,
                               const char *verb,
                               size_t verb_len,
                               const char *arguments,
                               size_t arguments_len,
                               const uint8_t *body,
                               size_t body_len,
                               const safelight_job *job,
                               safelight_answer **out,
                               safelight_error **error);

/**
 * Panics inside a service on purpose and returns SAFELIGHT_INTERNAL: a way to prove that a fault
 * of the library reaches a program as an error and leaves the service as it was.
 *
 * Errors: SAFELIGHT_INVALID for a handle that was freed.
 */
int32_t safelight_service_panic_on_purpose(const safelight_service *service,
                                           safelight_error **error);

/**
 * Ends the background work of a service, waits for its threads, and leaves the cluster. Calls
 * that still run end as they would have, and then its folder is free for others; later ones are
 * refused with SAFELIGHT_BUSY, requests with 503. Closing twice is fine.
 *
 * Errors: SAFELIGHT_INVALID for a handle that was freed.
 */
int32_t safelight_service_close(const safelight_service *service, safelight_error **error);

/**
 * Frees a service. Close it first: freeing waits for nothing. NULL and a handle that was freed
 * before are left alone.
 */
void safelight_service_free(safelight_service *service);

/* ---- Responses of a service -------------------------------------------------------- */

/**
 * The HTTP status. 0 when `response` is NULL or was freed.
 */
int32_t safelight_response_status(const safelight_response *response);

/**
 * The headers as HTTP/1.1 writes them: `Name: value`, a carriage return and a line feed each.
 * `Content-Length` is there for `HEAD` only; else it, `Date` and `Connection` are the server's.
 * NULL when `response` is NULL or was freed.
 *
 * The text has safelight_response_headers_len() bytes and a NUL behind them.
 * The pointer lives as long as the handle.
 */
const char *safelight_response_headers(const safelight_response *response);

/**
 * Bytes of safelight_response_headers(), without the NUL behind them. 0 when `response` is NULL
 * or was freed.
 */
size_t safelight_response_headers_len(const safelight_response *response);

/**
 * The body, safelight_response_body_len() bytes. They are not copied: the service keeps and
 * sends the same ones. NULL when `response` is NULL or was freed.
 *
 * The pointer lives as long as the handle.
 */
const uint8_t *safelight_response_body(const safelight_response *response);

/**
 * Bytes of safelight_response_body(). 0 when `response` is NULL or was freed.
 */
size_t safelight_response_body_len(const safelight_response *response);

/**
 * Frees a response. NULL and a handle that was freed before are left alone.
 */
void safelight_response_free(safelight_response *response);

/* ---- Answers of hosted verbs ------------------------------------------------------- */

/**
 * The result as JSON, what the REST API puts under `result`. NULL when `answer` is NULL or was
 * freed.
 *
 * The text has safelight_answer_json_len() bytes and a NUL behind them.
 * The pointer lives as long as the handle.
 */
const char *safelight_answer_json(const safelight_answer *answer);

/**
 * Bytes of safelight_answer_json(), without the NUL behind them. 0 when `answer` is NULL or was
 * freed.
 */
size_t safelight_answer_json_len(const safelight_answer *answer);

/**
 * The bytes that `images.original` gives, safelight_answer_data_len() of them; other verbs give
 * none. NULL when `answer` is NULL or was freed.
 *
 * The pointer lives as long as the handle.
 */
const uint8_t *safelight_answer_data(const safelight_answer *answer);

/**
 * Bytes of safelight_answer_data(). 0 when `answer` is NULL or was freed.
 */
size_t safelight_answer_data_len(const safelight_answer *answer);

/**
 * Frees an answer. NULL and a handle that was freed before are left alone.
 */
void safelight_answer_free(safelight_answer *answer);

/* ---- Text results ------------------------------------------------------------------ */

/**
 * The text: safelight_bytes_len() bytes of UTF-8 and a NUL behind them. NULL when `bytes` is
 * NULL or was freed.
 *
 * The pointer lives as long as the handle.
 */
const char *safelight_bytes_data(const safelight_bytes *bytes);

/**
 * Bytes of safelight_bytes_data(), without the NUL behind them. 0 when `bytes` is NULL or was
 * freed.
 */
size_t safelight_bytes_len(const safelight_bytes *bytes);

/**
 * Frees a text. NULL and a handle that was freed before are left alone.
 */
void safelight_bytes_free(safelight_bytes *bytes);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SAFELIGHT_H */
