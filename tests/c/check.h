/* What every part of the C tests uses: checks that count, files, and the programs' groups. */
#ifndef SAFELIGHT_TEST_CHECK_H
#define SAFELIGHT_TEST_CHECK_H

#include <safelight.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counts a check; says which one failed, and where. Returns `good`. */
#define CHECK(good) check((good), #good, __FILE__, __LINE__)
bool check(bool good, const char *what, const char *file, int line);

/* Counts a check of a test vector; `got` is shown when it failed. */
bool check_vector(bool good, const char *file, const char *name, const char *got);

/* A whole file with a NUL behind it, or the end of the program. */
uint8_t *read_file(const char *folder, const char *name, size_t *len);

/* Equal texts, also when one is NULL; an error whose message holds `part`. */
bool same(const char *text, const char *wanted);
bool says(const safelight_error *error, const char *part);

/* The kind of a handle's error, which is freed. */
int32_t kind_of(safelight_error *error);

/* How often the long loops run: SAFELIGHT_ROUNDS, or 1000. */
int rounds(void);

extern const char *images; /* folder of the pictures */

void test_handles(void);
void test_hooks(void);
void test_render(void);
void test_links(void);
void test_service(const char *folder);
void test_threads(void);
void test_vectors(const char *folder);

#endif
