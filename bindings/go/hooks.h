#ifndef SAFELIGHT_GO_HOOKS_H
#define SAFELIGHT_GO_HOOKS_H

#include <safelight.h>

// An engine whose hooks are Go's; `which` has bit 0 for segment, 1 for upscale, 2 for decode.
int32_t safelight_go_engine(const char *limits, size_t len, int which, uintptr_t user, safelight_engine **out,
                            safelight_error **error);

// The same for a service.
int32_t safelight_go_service(const char *config, size_t len, int which, uintptr_t user, safelight_service **out,
                             safelight_error **error);

#endif
