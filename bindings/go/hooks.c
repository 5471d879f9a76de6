// What C calls, in the types of safelight.h; the work is Go's.
#include "hooks.h"

#include "_cgo_export.h"

static int32_t segment(void *user, const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *mask) {
    return safelightGoSegment((uintptr_t)user, (uint8_t *)pixels, width, height, mask);
}

static int32_t upscale(void *user, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t to_width,
                       uint32_t to_height, uint8_t *larger) {
    return safelightGoUpscale((uintptr_t)user, (uint8_t *)pixels, width, height, to_width, to_height, larger);
}

static int32_t decode(void *user, const uint8_t *data, size_t len, uint32_t width, uint32_t height,
                      uint8_t *pixels) {
    return safelightGoDecode((uintptr_t)user, (uint8_t *)data, len, width, height, pixels);
}

int32_t safelight_go_engine(const char *limits, size_t len, int which, uintptr_t user, safelight_engine **out,
                            safelight_error **error) {
    return safelight_engine_new_with_hooks(limits, len, which & 1 ? segment : NULL, which & 2 ? upscale : NULL,
                                           which & 4 ? decode : NULL, (void *)user, out, error);
}

int32_t safelight_go_service(const char *config, size_t len, int which, uintptr_t user, safelight_service **out,
                             safelight_error **error) {
    return safelight_service_open_with_hooks(config, len, which & 1 ? segment : NULL, which & 2 ? upscale : NULL,
                                             which & 4 ? decode : NULL, (void *)user, out, error);
}
