#include "json.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *at;
    const char *end;
    int depth;
} reader;

static json *read_value(reader *in);

static void skip_blanks(reader *in) {
    while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL && *in->at != '\0') in->at++;
}

static bool take(reader *in, char wanted) {
    skip_blanks(in);
    if (in->at == in->end || *in->at != wanted) return false;
    in->at++;
    return true;
}

static bool take_word(reader *in, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0) return false;
    in->at += len;
    return true;
}

static bool read_hex(reader *in, unsigned long *code) {
    char digits[5] = {0};
    char *rest = NULL;
    if (in->end - in->at < 4) return false;
    memcpy(digits, in->at, 4);
    in->at += 4;
    *code = strtoul(digits, &rest, 16);
    return *rest == '\0';
}

static char *put_utf8(char *out, unsigned long code) {
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* What follows a backslash; NULL when it is no escape. */
static char *read_escape(reader *in, char *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    unsigned long code = 0, low = 0;
    const char *found = in->at < in->end && *in->at != '\0' ? strchr(from, *in->at) : NULL;
    if (found != NULL) {
        in->at++;
        *out++ = to[found - from];
        return out;
    }
    if (!take_word(in, "u") || !read_hex(in, &code)) return NULL;
    if (code >= 0xD800 && code < 0xDC00) {
        if (!take_word(in, "\\u") || !read_hex(in, &low)) return NULL;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_utf8(out, code);
}

/* A string's decoded text; no escape is shorter than what it stands for. */
static char *read_text(reader *in, size_t *len) {
    char *text = NULL, *out = NULL;
    if (!take(in, '"')) return NULL;
    out = text = malloc((size_t)(in->end - in->at) + 1);
    while (out != NULL && in->at < in->end && *in->at != '"') {
        if (*in->at == '\\') {
            in->at++;
            out = read_escape(in, out);
        } else {
            *out++ = *in->at++;
        }
    }
    if (out == NULL || in->at == in->end) {
        free(text);
        return NULL;
    }
    in->at++;
    *out = '\0';
    *len = (size_t)(out - text);
    return text;
}

static bool add_item(json *value, char *name, json *item) {
    size_t size = (value->count + 1) * sizeof(void *);
    char **names = realloc(value->names, size);
    json **items = realloc(value->items, size);
    if (names != NULL) value->names = names;
    if (items != NULL) value->items = items;
    if (names == NULL || items == NULL || item == NULL) {
        free(name);
        json_free(item);
        return false;
    }
    value->names[value->count] = name;
    value->items[value->count++] = item;
    return true;
}

static bool read_items(reader *in, json *value, char close) {
    if (take(in, close)) return true;
    do {
        char *name = NULL;
        size_t len = 0;
        if (value->type == JSON_OBJECT) {
            name = read_text(in, &len);
            if (name == NULL || !take(in, ':')) {
                free(name);
                return false;
            }
        }
        if (!add_item(value, name, read_value(in))) return false;
    } while (take(in, ','));
    return take(in, close);
}

static bool read_number(reader *in, json *value) {
    char text[64] = {0}, *rest = text;
    size_t len = strspn(in->at, "+-.0123456789eE");
    if (len == 0 || len >= sizeof text || len > (size_t)(in->end - in->at)) return false;
    memcpy(text, in->at, len);
    in->at += len;
    value->type = JSON_NUMBER;
    value->number = strtod(text, &rest);
    return *rest == '\0';
}

static bool read_into(reader *in, json *value) {
    if (in->at == in->end) return false;
    switch (*in->at) {
        case '{': in->at++; value->type = JSON_OBJECT; return read_items(in, value, '}');
        case '[': in->at++; value->type = JSON_ARRAY; return read_items(in, value, ']');
        case '"': value->type = JSON_TEXT; return (value->text = read_text(in, &value->len)) != NULL;
        case 't': value->type = JSON_TRUE; return take_word(in, "true");
        case 'f': value->type = JSON_FALSE; return take_word(in, "false");
        case 'n': value->type = JSON_NULL; return take_word(in, "null");
        default: return read_number(in, value);
    }
}

static json *read_value(reader *in) {
    json *value = calloc(1, sizeof *value);
    bool good = value != NULL && ++in->depth <= 64;
    skip_blanks(in);
    if (value != NULL) value->raw = in->at;
    good = good && read_into(in, value);
    in->depth--;
    if (!good) {
        json_free(value);
        return NULL;
    }
    value->raw_len = (size_t)(in->at - value->raw);
    return value;
}

json *json_parse(const char *source, size_t len) {
    reader in = {source, source + len, 0};
    json *value = read_value(&in);
    skip_blanks(&in);
    if (in.at != in.end) {
        json_free(value);
        return NULL;
    }
    return value;
}

void json_free(json *value) {
    if (value == NULL) return;
    for (size_t i = 0; i < value->count; i++) {
        free(value->names[i]);
        json_free(value->items[i]);
    }
    free(value->names);
    free(value->items);
    free(value->text);
    free(value);
}

static const json *find(const json *object, const char *name) {
    if (object == NULL || object->type != JSON_OBJECT) return NULL;
    for (size_t i = 0; i < object->count; i++) {
        if (strcmp(object->names[i], name) == 0) return object->items[i];
    }
    return NULL;
}

bool json_has(const json *object, const char *name) { return find(object, name) != NULL; }

const json *json_get(const json *object, const char *name) {
    const json *found = find(object, name);
    return found == NULL || found->type == JSON_NULL ? NULL : found;
}

bool json_is_text(const json *value, const char *text) {
    return value != NULL && text != NULL && value->type == JSON_TEXT && strcmp(value->text, text) == 0;
}

/* Every member of `left` equals that of `right`. */
static bool members_equal(const json *left, const json *right) {
    for (size_t i = 0; i < left->count; i++) {
        const json *item = left->items[i]->type == JSON_NULL ? NULL : left->items[i];
        if (!json_equal(item, json_get(right, left->names[i]))) return false;
    }
    return true;
}

bool json_equal(const json *left, const json *right) {
    if (left == NULL || right == NULL) return left == right;
    if (left->type != right->type) return false;
    switch (left->type) {
        case JSON_NUMBER: return left->number == right->number;
        case JSON_TEXT: return left->len == right->len && memcmp(left->text, right->text, left->len) == 0;
        case JSON_OBJECT: return members_equal(left, right) && members_equal(right, left);
        case JSON_ARRAY: break;
        default: return true;
    }
    if (left->count != right->count) return false;
    for (size_t i = 0; i < left->count; i++) {
        if (!json_equal(left->items[i], right->items[i])) return false;
    }
    return true;
}
