/* The floor of `make bench`: a bare curl multi loop that fetches a list of URLs and does nothing
 * else.
 *
 *   bare_curl URLS [PARALLEL [ROUNDS]]
 *
 * URLS is a file with one URL a line. Kept connections, epoll, one thread; each body is copied into
 * one buffer, whose content nobody reads. Prints one line of JSON: pages, failed, bytes, wall and
 * CPU seconds (user and system), CPU microseconds a page.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include <curl/curl.h>

enum { BUFFER_BYTES = 16 * 1024 * 1024, EVENTS = 64 };

struct url_list {
    char **urls;
    size_t count;
};

struct bench {
    CURLM *multi;
    int epoll_fd;
    long timeout_ms; /* as curl last said; -1: none */
    struct url_list list;
    size_t next, total; /* requests started, to be started */
    size_t pages, failed, bytes;
};

struct transfer {
    CURL *easy;
    size_t used;
    char *buffer;
};

static struct url_list read_urls(const char *path)
{
    struct url_list list = {NULL, 0};
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(path, "r");
    while (file && getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        list.urls = reallocarray(list.urls, list.count + 1, sizeof *list.urls);
        list.urls[list.count++] = strdup(line);
    }
    free(line);
    if (file)
        fclose(file);
    return list;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t bytes = size * count;
    if (bytes > BUFFER_BYTES - transfer->used)
        return 0;
    memcpy(transfer->buffer + transfer->used, data, bytes);
    transfer->used += bytes;
    return bytes;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy;
    struct bench *bench = arg;
    struct epoll_event event = {
        .events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
        .data.fd = fd,
    };
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(bench->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    epoll_ctl(bench->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(bench->multi, fd, bench);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    ((struct bench *)arg)->timeout_ms = timeout_ms;
    return 0;
}

static void start_next(struct bench *bench, struct transfer *transfer)
{
    if (bench->next == bench->total)
        return;
    transfer->used = 0;
    const char *url = bench->list.urls[bench->next++ % bench->list.count];
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_multi_add_handle(bench->multi, transfer->easy);
}

static void open_transfer(struct bench *bench, struct transfer *transfer)
{
    transfer->easy = curl_easy_init();
    transfer->buffer = malloc(BUFFER_BYTES);
    if (!transfer->easy || !transfer->buffer)
        abort();
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, "");
    start_next(bench, transfer);
}

static void collect(struct bench *bench)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(bench->multi, &left))) {
        struct transfer *transfer = NULL;
        if (message->data.result == CURLE_OK)
            bench->pages++;
        else
            bench->failed++;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        bench->bytes += transfer->used;
        curl_multi_remove_handle(bench->multi, transfer->easy);
        start_next(bench, transfer);
    }
}

static void act(struct bench *bench, int count, const struct epoll_event *events)
{
    int running;
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
        curl_multi_socket_action(bench->multi, events[i].data.fd, what, &running);
    }
    if (count == 0 || bench->timeout_ms == 0)
        curl_multi_socket_action(bench->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(bench);
}

static void run(struct bench *bench)
{
    struct epoll_event events[EVENTS];
    while (bench->pages + bench->failed < bench->total) {
        int count = epoll_wait(bench->epoll_fd, events, EVENTS, (int)bench->timeout_ms);
        if (count >= 0)
            act(bench, count, events);
    }
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void report(const struct bench *bench, double wall)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double user = seconds(usage.ru_utime), system = seconds(usage.ru_stime);
    printf("{\"pages\": %zu, \"failed\": %zu, \"bytes\": %zu, \"wall_s\": %.3f, \"user_s\": %.3f, "
           "\"system_s\": %.3f, \"cpu_us_per_page\": %.1f}\n",
           bench->pages, bench->failed, bench->bytes, wall, user, system,
           (user + system) * 1e6 / (double)bench->total);
}

static void open_bench(struct bench *bench, long parallel)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bench->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bench->multi = curl_multi_init();
    if (bench->epoll_fd < 0 || !bench->multi)
        abort();
    bench->timeout_ms = -1;
    curl_multi_setopt(bench->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(bench->multi, CURLMOPT_SOCKETDATA, bench);
    curl_multi_setopt(bench->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(bench->multi, CURLMOPT_TIMERDATA, bench);
    curl_multi_setopt(bench->multi, CURLMOPT_MAXCONNECTS, parallel);
    curl_multi_setopt(bench->multi, CURLMOPT_MAX_HOST_CONNECTIONS, parallel);
}

static void close_bench(struct bench *bench, struct transfer *transfers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        curl_easy_cleanup(transfers[i].easy);
        free(transfers[i].buffer);
    }
    free(transfers);
    curl_multi_cleanup(bench->multi);
    for (size_t i = 0; i < bench->list.count; i++)
        free(bench->list.urls[i]);
    free(bench->list.urls);
    curl_global_cleanup();
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    long parallel = argc > 2 ? atol(argv[2]) : 16, rounds = argc > 3 ? atol(argv[3]) : 1;
    struct bench bench = {.list = argc > 1 ? read_urls(argv[1]) : (struct url_list){NULL, 0}};
    if (bench.list.count == 0 || parallel < 1 || rounds < 1) {
        fprintf(stderr, "usage: bare_curl URLS [PARALLEL [ROUNDS]]\n");
        return 2;
    }
    bench.total = bench.list.count * (size_t)rounds;
    open_bench(&bench, parallel);
    struct transfer *transfers = calloc((size_t)parallel, sizeof *transfers);
    if (!transfers)
        abort();
    double start = now();
    for (long i = 0; i < parallel; i++)
        open_transfer(&bench, &transfers[i]);
    run(&bench);
    report(&bench, now() - start);
    int status = bench.failed ? 1 : 0;
    close_bench(&bench, transfers, (size_t)parallel);
    return status;
}
