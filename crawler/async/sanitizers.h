/* Which sanitizer this build runs under, for the few places that must know: stacks of our own, and
 * the sandbox, whose limits the sanitizers' runtimes cannot live with. */
#ifndef IMGCRAWL_ASYNC_SANITIZERS_H
#define IMGCRAWL_ASYNC_SANITIZERS_H

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define UNDER_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#endif

#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

#endif
