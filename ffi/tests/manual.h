/*
 * Safelight @VERSION@: an image CDN inside your own process.
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
@EXAMPLE@ *
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
@SERVICE@ *
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
@KINDS@ *
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
