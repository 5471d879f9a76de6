/* A small JSON reader for the test vectors: a tree of values that remember where they stood. */
#ifndef SAFELIGHT_TEST_JSON_H
#define SAFELIGHT_TEST_JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT } json_type;

typedef struct json {
    json_type type;
    double number;
    char *text; /* decoded, with a NUL behind it */
    size_t len;
    char **names; /* of an object's items */
    struct json **items;
    size_t count;
    const char *raw; /* the value as it stood in the source */
    size_t raw_len;
} json;

/* The value in `source`, or NULL when it is not JSON or nests deeper than 64. The source must
 * outlive the value, for `raw`. */
json *json_parse(const char *source, size_t len);
void json_free(json *value);

/* An item of an object, or NULL: also for a NULL object and for an item that is null. */
const json *json_get(const json *object, const char *name);
bool json_has(const json *object, const char *name);
bool json_is_text(const json *value, const char *text);

/* Equal values; members of objects in any order. A missing member equals null. */
bool json_equal(const json *left, const json *right);

#endif
